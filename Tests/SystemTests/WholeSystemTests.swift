import EventLoop
import HTTPClient
import HTTPMessage
import Testing
import WireProtocol

@Suite("The running system", .serialized, .timeLimit(.minutes(15)))
struct WholeSystemTests {
    @Test("accounts, files and sandboxes work through the gateway, and what is down is said")
    func services() async throws {
        try await withSystem { system in
            let ada = try await Person.register(system)
            #expect(try await ada.get("/api/v1/auth/me").decode(User.self).email == "ada@example.com")
            #expect(
                try await Person.send(system, .post, "/api/v1/users/login", Login(email: "ada@example.com", password: "wrong pass")).status
                    == 401)

            // Files.
            let bytes = [UInt8](repeating: 42, count: 300_000)
            let file = try await ada.upload("/api/v1/files?name=data.bin", bytes).decode(File.self)
            #expect(try await ada.get("/api/v1/files/\(file.id)/content").body == bytes)
            let link = try await ada.post("/api/v1/files/\(file.id)/signed-url", SignURL(expiresIn: 60)).decode(SignedURL.self)
            let target = String(link.url.dropFirst(system.gateway.description.count))
            let anonymous = try await system.client.send(HTTPClientRequest(.get, target), to: system.gateway)
            #expect(try await anonymous.body.collect(upTo: 1 << 20) == bytes)

            // A sandbox keeps its variables from call to call.
            let sandbox = try await ada.post("/api/v1/sandboxes", CreateSandbox(language: .python)).decode(Sandbox.self)
            _ = try await ada.post("/api/v1/sandboxes/\(sandbox.id)/execute", ExecuteCode(language: .python, code: "x = 6 * 7"))
            let execution = try await ada.post(
                "/api/v1/sandboxes/\(sandbox.id)/execute", ExecuteCode(language: .python, code: "print(x)")
            ).decode(ExecutionResult.self)
            #expect(execution.stdout == "42\n")

            // Others see nothing of it.
            let eve = try await Person.register(system, email: "eve@example.com")
            #expect(try await eve.get("/api/v1/sandboxes/\(sandbox.id)").status == 404)
            #expect(try await eve.get("/api/v1/files/\(file.id)").status == 404)

            // A service that was killed is 503, and comes back.
            try await system[.file].kill()
            #expect(try await ada.get("/api/v1/files/\(file.id)").status == 503)
            try system[.file].start()
            try await system.waitUntilReady(.file)
            #expect(try await ada.get("/api/v1/files/\(file.id)/content").body == bytes)

            // Asked to stop, every service stops by itself.
            for service in system.services.values { #expect(try await service.stop() == .exited(code: 0), "\(service.name.rawValue)") }
        }
    }
}
