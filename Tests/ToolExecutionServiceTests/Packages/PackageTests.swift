import EventLoop
import HTTPMessage
import HTTPServer
import JSON
import Support
import Testing
import WireProtocol

@testable import ToolExecutionService

@Suite("Packages of Python", .timeLimit(.minutes(15)))
struct PackageTests {
    /// A service whose index is a server of the test.
    ///
    /// - Parameter exceptions: Addresses that are not public, and that everybody may be granted.
    private func withIndex(
        _ settings: [String: String] = [:], at host: String = "127.0.0.1", exceptions: Set<String> = [],
        _ body: @escaping @Sendable (Asking) async throws -> Void
    ) async throws {
        try await withToolExecution(
            settings: settings, outside: { ["PACKAGE_INDEX": "http://\(host):\($0)/simple", "PACKAGE_SECONDS": "300"] },
            configure: { $0.addresses = AddressPolicy(exceptions: exceptions) }
        ) { service in
            let asking = Asking(
                service: service, index: try #require(service.outside), token: try service.personToken(Person(service.loop)))
            for wheel in [
                Wheel(name: "demo", version: "1.0", code: "import base\nanswer = base.half * 2", requires: ["base"]),
                Wheel(name: "base", version: "2.0", code: "half = 21"),
            ] {
                try asking.publish([(wheel.file, "/files/\(wheel.file)")], of: wheel.name)
                asking.index.answers["/files/\(wheel.file)"] = HTTPServerResponse(
                    status: .ok, fields: ["content-type": "application/zip"], body: try wheel.bytes())
            }
            try await body(asking)
        }
    }

    private struct Asking {
        let service: RunningToolExecution
        let index: Outside
        let token: String

        /// The page of a package (PEP 503): files and where they lie.
        func publish(_ links: [(String, String)], of name: String) throws {
            let page = links.map { "<a href=\"\($0.1)\">\($0.0)</a>" }.joined(separator: "\n")
            index.answers["/simple/\(name)/"] = HTTPServerResponse(
                status: .ok, fields: ["content-type": "text/html"], body: Array(page.utf8))
        }

        func create(_ packages: [String], network: NetworkGrant? = nil, limits: SandboxSize? = nil) async throws
            -> RunningToolExecution.Answer
        {
            try await service.send(
                .post, "/api/v1/sandboxes", token: token, CreateSandbox(network: network, packages: packages, limits: limits))
        }

        func run(_ code: String, in sandbox: SandboxID) async throws -> ExecutionResult {
            let request = ExecuteCode(language: .python, code: code, timeoutS: 120)
            return try await service.send(.post, "/api/v1/sandboxes/\(sandbox)/execute", token: token, request).decoded()
        }

        func requests() async throws -> [NetworkRequest] {
            let page: Page<NetworkRequest> = try await service.send(.get, "/api/v1/network-requests?limit=100", token: token).decoded()
            return page.data.reversed()
        }

        func sandboxes() async throws -> [Sandbox] {
            let page: Page<Sandbox> = try await service.send(.get, "/api/v1/sandboxes", token: token).decoded()
            return page.data
        }
    }

    private static let look = """
        import os, socket
        for port in (3128, PORT):
            try: socket.create_connection(('127.0.0.1', port), 60)
            except OSError as error: print(type(error).__name__)
        gone = socket.socket(socket.AF_UNIX)
        try: gone.connect(os.environ['EGRESS_SOCKET'])
        except OSError as error: print(type(error).__name__)
        print([name for name in os.environ if name.lower().endswith('_proxy')])
        """

    @Test("a package and what it needs are there from the start, for code and programs; each request is written down")
    func installed() async throws {
        try await withIndex { asking in
            let made = try await asking.create(["demo==1.0"])
            try #require(made.status == 201, "\(made.json)")
            let sandbox = try made.decoded(Sandbox.self)
            #expect(sandbox.network == nil)
            let result = try await asking.run(
                "import subprocess, demo\nprint(demo.answer, subprocess.run(['python3', '-c', 'import demo; print(demo.answer)'], "
                    + "capture_output=True, text=True).stdout)", in: sandbox.id)
            #expect(result.stdout == "42 42\n\n", "\(result)")
            let requests = try await asking.requests()
            #expect(
                requests.map(\.path) == [
                    "/simple/demo/", "/files/demo-1.0-py3-none-any.whl", "/simple/base/", "/files/base-2.0-py3-none-any.whl",
                ])
            #expect(requests.allSatisfy { $0.sandboxID == sandbox.id && $0.method == "GET" && $0.decision == .allowed })
            // With the installation its way out has ended.
            let asked = asking.index.requests.count
            let look = Self.look.replacing("PORT", with: "\(asking.index.port)")
            let closed = try await asking.run(look, in: sandbox.id)
            #expect(closed.stdout == String(repeating: "ConnectionRefusedError\n", count: 3) + "[]\n", "\(closed)")
            #expect(asking.index.requests.count == asked)
        }
    }

    @Test("a sandbox with a grant keeps that grant and cannot reach the index")
    func grant() async throws {
        try await withIndex(exceptions: ["127.0.0.1"]) { asking in
            let other = try Outside(on: asking.service.loop)
            let made = try await asking.create(["base"], network: NetworkGrant(hosts: ["127.0.0.1:\(other.port)"]))
            try #require(made.status == 201, "\(made.json)")
            let asked = asking.index.requests.count
            let result = try await asking.run(
                """
                import base, os, urllib.error, urllib.request
                os.environ['no_proxy'] = os.environ['NO_PROXY'] = ''
                for port in (\(other.port), \(asking.index.port)):
                    try: print(urllib.request.urlopen(f'http://127.0.0.1:{port}/simple/base/').read())
                    except urllib.error.HTTPError as error: print(error.code)
                """, in: try made.decoded(Sandbox.self).id)
            await other.stop()
            #expect(result.stdout == "b'ok'\n403\n", "\(result)")
            #expect(asking.index.requests.count == asked && other.requests.count == 1)
        }
    }

    @Test("an index in the operator's own network is reached by its name and port alone, by installations alone")
    func ownNetwork() async throws {
        try await withIndex(["PACKAGE_HOSTS": "localhost:9"], at: "localhost") { asking in
            try asking.publish([("far-1.0-py3-none-any.whl", "http://localhost:9/far-1.0-py3-none-any.whl")], of: "far")
            let far = try await asking.create(["far"])
            #expect(far.code == "packages_not_installed", "\(far.json)")
            let refused = try await asking.requests().filter { $0.decision == .refused }
            #expect(!refused.isEmpty && refused.allSatisfy { $0.port == 9 && $0.reason?.contains("public internet") == true }, "\(refused)")
            // The same server, by the sandbox's own grant.
            let place = "localhost:\(asking.index.port)"
            let made = try await asking.create(["base"], network: NetworkGrant(hosts: [place]))
            try #require(made.status == 201, "\(made.json)")
            let asked = asking.index.requests.count
            let code = """
                import base, os, urllib.error, urllib.request
                os.environ['no_proxy'] = os.environ['NO_PROXY'] = ''
                try: print(urllib.request.urlopen('http://\(place)/simple/base/').read())
                except urllib.error.HTTPError as error: print(error.code)
                """
            let result = try await asking.run(code, in: try made.decoded(Sandbox.self).id)
            #expect(result.stdout == "403\n" && asking.index.requests.count == asked, "\(result)")
        }
    }

    @Test("a metadata service is no index, whoever names it")
    func metadata() async throws {
        try await withToolExecution(settings: ["PACKAGE_INDEX": "http://169.254.169.254/simple", "PACKAGE_SECONDS": "300"]) { service in
            let token = try service.personToken(Person(service.loop))
            let answer = try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(packages: ["demo"]))
            #expect(answer.code == "packages_not_installed", "\(answer.json)")
            let asked: Page<NetworkRequest> = try await service.send(.get, "/api/v1/network-requests", token: token).decoded()
            #expect(!asked.data.isEmpty && asked.data.allSatisfy { $0.decision == .refused }, "\(asked.data)")
        }
    }

    @Test("what is not to be had is said with its place and pip's words, and no sandbox is left")
    func missing() async throws {
        try await withIndex { asking in
            // A source would have to be built, by code of its own.
            try asking.publish([("source-1.0.tar.gz", "/files/source-1.0.tar.gz")], of: "source")
            try asking.publish([("far-1.0-py3-none-any.whl", "http://elsewhere.example/far-1.0-py3-none-any.whl")], of: "far")
            asking.index.answers["/simple/none/"] = HTTPServerResponse(status: .notFound)
            for (packages, wrong) in [(["base", "none==7"], 1), (["demo==9.9"], 0), (["source==1.0"], 0)] {
                let answer = try await asking.create(packages)
                #expect(answer.status == 422 && answer.code == "packages_not_installed", "\(answer.json)")
                #expect(answer.json["errors"]?[0]?["pointer"] == .string("/packages/\(wrong)"), "\(answer.json)")
                #expect(answer.json["detail"]?.string?.contains("No matching distribution found for \(packages[wrong])") == true)
            }
            let far = try await asking.create(["far"])
            #expect(far.code == "packages_not_installed" && far.json["detail"]?.string?.contains("403") == true, "\(far.json)")
            #expect(!asking.index.requests.contains { $0.target.hasSuffix(".tar.gz") })
            #expect(try await asking.requests().contains { $0.decision == .refused && $0.host == "elsewhere.example" })
            let deadline = asking.service.loop.now + .seconds(120)
            while try await asking.sandboxes().contains(where: { $0.status == .running }), asking.service.loop.now < deadline {}
            #expect(try await asking.sandboxes().map(\.status) == [.ended, .ended, .ended, .ended])
        }
    }

    @Test("an installation is bounded in bytes, disk and time")
    func bounds() async throws {
        let large = Wheel(name: "heavy", version: "1.0", code: "")
        @Sendable func offer(_ asking: Asking, _ body: [UInt8]) throws {
            try asking.publish([(large.file, "/files/\(large.file)")], of: "heavy")
            asking.index.answers["/files/\(large.file)"] = HTTPServerResponse(status: .ok, body: body)
        }
        try await withIndex(["PACKAGE_MB": "1"]) { asking in
            try offer(asking, [UInt8](repeating: 0, count: 3 << 20))
            let bytes = try await asking.create(["heavy"])
            #expect(bytes.json["detail"]?.string?.contains("loaded more than 1 MiB") == true, "\(bytes.json)")
        }
        try await withIndex { asking in
            try offer(asking, [UInt8](repeating: 0, count: 3 << 20))
            let disk = try await asking.create(["heavy"], limits: SandboxSize(diskMb: 1))
            #expect(disk.code == "packages_not_installed", "\(disk.json)")
            #expect(disk.json["detail"]?.string?.contains("OSError") == true, "\(disk.json)")
        }
    }

    @Test("an index that does not answer is given up when the time is over")
    func time() async throws {
        try await withToolExecution(
            outside: { ["PACKAGE_INDEX": "http://127.0.0.1:\($0)/simple", "PACKAGE_SECONDS": "1"] }
        ) { service in
            let index = try #require(service.outside)
            index.answers["/simple/slow/"] = HTTPServerResponse(
                status: .ok, fields: ["content-type": "text/html"],
                body: .stream(length: nil) { writer in
                    while true {
                        try await writer.write(Array("<p>".utf8))
                        try await service.loop.sleep(for: .milliseconds(50))
                    }
                })
            let answer = try await service.send(
                .post, "/api/v1/sandboxes", token: service.personToken(Person(service.loop)), CreateSandbox(packages: ["slow"]))
            #expect(answer.code == "packages_not_installed", "\(answer.json)")
            #expect(answer.json["detail"]?.string?.contains("longer than 1 s") == true, "\(answer.json)")
        }
    }

    @Test("who deletes a sandbox while packages are installed is told why there is none")
    func deleted() async throws {
        try await withToolExecution(
            outside: { ["PACKAGE_INDEX": "http://127.0.0.1:\($0)/simple", "PACKAGE_SECONDS": "600"] }
        ) { service in
            let index = try #require(service.outside)
            let never = Signal(on: service.loop)
            index.answers["/simple/slow/"] = HTTPServerResponse(
                status: .ok, fields: ["content-type": "text/html"], body: .stream(length: 1) { _ in try await never.wait { true } })
            let token = try service.personToken(Person(service.loop))
            let creation = service.loop.spawn {
                try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(packages: ["slow"]))
            }
            try await service.loop.eventually { !index.requests.isEmpty }
            let page: Page<Sandbox> = try await service.send(.get, "/api/v1/sandboxes", token: token).decoded()
            let id = try #require(page.data.first?.id)
            #expect(try await service.send(.delete, "/api/v1/sandboxes/\(id)", token: token).status == 204)
            let answer = try await creation.value
            #expect(answer.code == "packages_not_installed", "\(answer.json)")
            #expect(answer.json["detail"] == "the sandbox ended meanwhile")
        }
    }

    @Test("wrong names are refused with their places before anything is made; without an index the answer says so")
    func refused() async throws {
        try await withIndex { asking in
            let answer = try await asking.create(["demo", "-r/etc/passwd", "Demo==1.0", "x @ http://x/"])
            #expect(answer.status == 422 && answer.code == "validation_failed")
            let pointers = answer.json["errors"]?.elements?.compactMap { $0["pointer"]?.string }
            #expect(pointers == ["/packages/1", "/packages/2", "/packages/3"], "\(answer.json)")
            #expect(try await asking.create((0..<33).map { "p\($0)" }).status == 422)
            #expect(try await asking.sandboxes().isEmpty && asking.index.requests.isEmpty)
        }
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            let answer = try await service.send(.post, "/api/v1/sandboxes", token: token, CreateSandbox(packages: ["demo"]))
            #expect(answer.status == 503 && answer.json["detail"]?.string?.contains("PACKAGE_INDEX") == true, "\(answer.json)")
        }
    }

    @Test("Python comes with numpy, pandas, matplotlib and requests")
    func ready() async throws {
        try await withSandbox(settings: ["SANDBOX_MEMORY_MB": "1024"], create: CreateSandbox()) { sandbox in
            let code = """
                import matplotlib.pyplot, numpy, pandas, requests
                matplotlib.pyplot.plot(numpy.arange(3) ** 2)
                print(pandas.DataFrame({'a': numpy.arange(4)}).a.sum(), requests.codes.ok)
                """
            let answer = try await sandbox.send(.post, "/execute", ExecuteCode(language: .python, code: code, timeoutS: 300))
            let result = try answer.decoded(ExecutionResult.self)
            #expect(result.stdout == "6 200\n", "\(result)")
            #expect(result.results.contains { $0.png != nil }, "\(result)")
        }
    }
}
