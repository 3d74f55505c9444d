import EventLoop
import Testing
import WireProtocol

@Suite("Starting", .serialized)
struct StartTests {
    @Test("what keeps a service from starting is named in one line: a port in use, a folder that cannot be written, a missing setting")
    func refusals() async throws {
        try await withSystem { system in
            for service in system.services.values {
                let name = service.name.rawValue
                let taken = try await service.runAgain(service.name == .gateway ? ["INTERNAL_PORT": "0"] : [:])
                #expect(taken.status == .exited(code: 1), "\(name)")
                #expect(taken.output == ["troupe-\(name): listen on 127.0.0.1:\(service.port): Address already in use"])

                let missing = try await service.runAgain(["AUTH_URL": "nonsense", "PORT": "none"])
                #expect(missing.status == .exited(code: 64), "\(name)")
                #expect(missing.output.contains { $0.contains("AUTH_URL") || $0.contains("PORT") }, "\(name): \(missing.output)")
            }
            // A file stands where the folder is to be: not even root can write there.
            let unwritable = try await system[.file].runAgain(["PORT": "0", "STORAGE_PATH": "/etc/hostname/files"])
            #expect(unwritable.status == .exited(code: 1))
            #expect(unwritable.output == ["troupe-file: cannot make the folder /etc/hostname/files: Not a directory"])
            for service in system.services.values { #expect(service.isRunning, "\(service.name.rawValue)") }
        }
    }

    @Test("auth's program sets a plan beside the service that runs", .timeLimit(.minutes(15)))
    func plan() async throws {
        try await withSystem { system in
            _ = try await Person.register(system)
            let set = try await system[.auth].runAgain(arguments: ["plan", "ada@example.com", "pro"])
            #expect(set.status == .exited(code: 0) && set.output.last?.contains(": pro, before no plan;") == true, "\(set.output)")
            let shown = try await system[.auth].runAgain(arguments: ["plan", "ada@example.com"])
            #expect(shown.status == .exited(code: 0) && shown.output.last?.hasSuffix(": pro") == true, "\(shown.output)")
            let unknown = try await system[.auth].runAgain(arguments: ["plan", "grace@example.com", "pro"])
            #expect(unknown.status == .exited(code: 1), "\(unknown.output)")
            #expect(try await system[.auth].runAgain(arguments: ["plan"]).status == .exited(code: 64))
        }
    }
}
