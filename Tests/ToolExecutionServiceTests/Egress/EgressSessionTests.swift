import EventLoop
import ExternalHTTP
import Foundation
import PostgresClient
import Support
import Telemetry
import Testing
import WireProtocol

@testable import ToolExecutionService

@Suite("The proxy of a sandbox", .timeLimit(.minutes(15)))
struct EgressSessionTests {
    @Test("names that nobody answers hold up no other sandbox")
    func names() async throws {
        try await withGateway { asking in
            let (slow, other) = (try asking.open(), try asking.open())
            let occupation = Occupation(of: slow.resolver, threads: 2)
            let waiting = asking.loop.spawn { try await asking.ask(slow, "/slow") }
            #expect(try await asking.ask(other, "/other").hasPrefix("HTTP/1.1 200 "))
            occupation.end()
            _ = try await waiting.value
            slow.close()
            other.close()
        }
    }

    @Test("a head is found however it is cut")
    func pieces() async throws {
        try await withGateway { asking in
            let session = try asking.open()
            #expect(try await asking.ask(session, "/pieces", bytewise: true).hasPrefix("HTTP/1.1 200 "))
            session.close()
        }
    }

    @Test("a request that is not finished counts too; beyond the limit each is refused, and the first of them written down")
    func limit() async throws {
        try await withGateway { asking in
            let session = try asking.open()
            session.requestsLeft = 2
            let unfinished = try await asking.loop.connect(to: .unix(session.path))
            try await unfinished.write(Array("GET ".utf8))
            #expect(try await asking.ask(session, "/last").hasPrefix("HTTP/1.1 200 "))
            for path in ["/first", "/second"] { #expect(try await asking.ask(session, path).hasPrefix("HTTP/1.1 429 "), "\(path)") }
            unfinished.close()
            let owner = session.origin.owner
            let written = try await EgressStore.list(
                of: owner.user, sandbox: session.origin.sandbox, before: nil, limit: 10, in: asking.database.as(owner.organization))
            #expect(written.map(\.path) == ["/first", "/last"] && written.map(\.decision) == [.refused, .allowed])
            #expect(written.first?.reason == EgressSession.tooManyRequests.reason)
            session.close()
        }
    }

    /// A gateway that lets sandboxes reach a server at `localhost`.
    private func withGateway(_ body: @escaping @Sendable (Asking) async throws -> Void) async throws {
        try await withToolExecution { service in
            let loop = service.loop
            let folder = "/tmp/proxy." + UUID().uuidString.prefix(8)
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let client = try ExternalHTTPClient(on: loop, certificates: nil)
            defer { client.shutDown() }
            let log = Logger(service: "tests", level: .error, output: LogOutput(on: loop))
            let gateway = EgressGateway(
                loop: loop, client: client, addresses: AddressPolicy(exceptions: ["127.0.0.1"]),
                audit: EgressAudit(loop: loop, database: service.administrator, log: log),
                secrets: SecretService(loop: loop, database: service.administrator, keyring: nil), parent: folder, log: log)
            defer { gateway.close() }
            let outside = try Outside(on: loop)
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(Asking(gateway: gateway, outside: outside, database: service.administrator))) } catch {
                outcome = .failure(error)
            }
            await outside.stop()
            try outcome.get()
        }
    }

    private struct Asking {
        let gateway: EgressGateway
        let outside: Outside
        let database: PostgresClient
        var loop: EventLoop { gateway.loop }

        func open() throws -> EgressSession {
            let owner = SandboxOwner(organization: OrganizationID(loop.makeID()), user: UserID(loop.makeID()))
            let rules = try EgressRules(NetworkGrant(hosts: ["localhost:\(outside.port)"]), pointer: "")
            return try gateway.open(rules, of: EgressAudit.Origin(owner: owner, sandbox: SandboxID(loop.makeID())))
        }

        /// The whole answer to a request for a path.
        func ask(_ session: EgressSession, _ path: String, bytewise: Bool = false) async throws -> String {
            let stream = try await loop.connect(to: .unix(session.path))
            defer { stream.close() }
            let host = "localhost:\(outside.port)"
            let head = Array("GET http://\(host)\(path) HTTP/1.1\r\nHost: \(host)\r\n\r\n".utf8)
            for piece in bytewise ? head.map({ [$0] }) : [head] {
                try await stream.write(piece)
                // The other side reads it.
                try await loop.sleep(for: .zero)
            }
            return try await rest(of: stream)
        }

        private func rest(of stream: SocketStream) async throws -> String {
            var answer: [UInt8] = []
            while try await stream.read(appendingTo: &answer) > 0 {}
            return String(decoding: answer, as: UTF8.self)
        }
    }
}
