import EventLoop
import ExternalHTTP
import Glibc
import HTTPClient
import HTTPMessage
import Support
import Testing

private let environment = ["PATH": "/usr/bin:/bin:/usr/local/bin"]

@Suite("HTTP client for the outside world: certificates", .timeLimit(.minutes(15)))
struct CertificateTests {
    @Test("a server whose certificate nobody vouches for gets no request")
    func untrusted() async throws {
        try await withLoop { loop in
            let files = "/tmp/http-client-\(loop.random.next())"
            let (key, certificate) = (files + ".key", files + ".crt")
            let request = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
            let subject = ["-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=127.0.0.1"]
            let alternative = ["-addext", "subjectAltName=IP:127.0.0.1"]
            let maker = try loop.startProcess(
                "/usr/bin/env", arguments: request + subject + alternative, environment: environment, descriptors: [])
            #expect(try await maker.exitStatus() == .exited(code: 0))

            // Its input stays open, since it ends when that does; what it decrypts appears on its output.
            let (input, theirInput) = try loop.makeSocketPair()
            let (output, theirOutput) = try loop.makeSocketPair()
            let server = try loop.startProcess(
                "/usr/bin/env", arguments: ["openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key],
                environment: environment, descriptors: [(theirInput, 0), (theirOutput, 1)])
            let shown = loop.spawn { try await text(of: output, until: /ACCEPT 127\.0\.0\.1:(\d+)/) }
            let port = try #require(UInt16(try await shown.value))
            let client = try ExternalHTTPClient(on: loop)
            let origin = HTTPOrigin(scheme: .https, host: "127.0.0.1", port: port)
            let error = await #expect(throws: HTTPClientError.self) {
                _ = try await client.send(HTTPClientRequest(.get, "/secret"), to: origin)
            }
            guard case .transportFailed(let reason) = error else { throw error ?? HTTPClientError.shutDown }
            #expect(reason.contains("certificate"))
            input.shutdownWriting()
            server.kill()
            _ = try await server.exitStatus()
            var rest: [UInt8] = []
            while try await output.read(appendingTo: &rest) > 0 {}
            #expect(!String(decoding: rest, as: UTF8.self).contains("secret"))
            for file in [key, certificate] { unlink(file) }
        }
    }
}

/// What the pattern's first group finds in what the stream says.
private func text(of stream: SocketStream, until pattern: Regex<(Substring, Substring)>) async throws -> String {
    var bytes: [UInt8] = []
    while true {
        if let match = String(decoding: bytes, as: UTF8.self).firstMatch(of: pattern) { return String(match.1) }
        if try await stream.read(appendingTo: &bytes) == 0 { throw SocketError.closed }
    }
}
