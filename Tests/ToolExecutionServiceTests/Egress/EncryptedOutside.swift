import EventLoop
import Foundation
import Support
import Testing

/// A server of the outside that speaks TLS, with a certificate that only those trust who are told to.
struct EncryptedOutside {
    let port: UInt16
    private let process: ChildProcess
    // Its input stays open: it ends when that does.
    private let input: SocketStream

    private static let program = """
        import http.server, json, ssl, sys, threading
        class Answer(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers.get('content-length', 0)))
                self.do_GET()
            def do_GET(self):
                body = json.dumps({'path': self.path, 'authorization': self.headers.get('authorization'), 'key': self.headers.get('x-api-key')}).encode()
                self.send_response(200); self.send_header('content-type', 'application/json')
                self.send_header('content-length', str(len(body))); self.end_headers(); self.wfile.write(body)
            def log_message(self, *arguments): pass
        server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Answer)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER); context.load_cert_chain(sys.argv[1], sys.argv[2])
        if sys.argv[3]: context.set_ecdh_curve(sys.argv[3])
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        sys.stdin.read()
        """

    /// A server with one curve asks clients that began with another to begin again.
    static func start(_ file: CertificateFile, curve: String = "", on loop: EventLoop) async throws -> EncryptedOutside {
        let environment = ["PATH": "/usr/bin:/bin:/usr/local/bin"]
        let (input, theirInput) = try loop.makeSocketPair()
        let (output, theirOutput) = try loop.makeSocketPair()
        let process = try loop.startProcess(
            "/usr/bin/python3", arguments: ["-c", program, file.certificate, file.key, curve], environment: environment,
            descriptors: [(theirInput, 0), (theirOutput, 1)])
        var line: [UInt8] = []
        while !line.contains(UInt8(ascii: "\n")) { try #require(try await output.read(appendingTo: &line) > 0) }
        let port = try #require(UInt16(String(decoding: line, as: UTF8.self).split(separator: "\n").first ?? ""))
        return EncryptedOutside(port: port, process: process, input: input)
    }

    func stop() async {
        input.close()
        process.kill()
        _ = try? await process.exitStatus()
    }
}

/// A certificate for 127.0.0.1 that signs itself, and its key.
struct CertificateFile: Sendable {
    private let folder: String
    var certificate: String { folder + "/certificate" }
    var key: String { folder + "/key" }

    init() throws {
        folder = NSTemporaryDirectory() + "certificate-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let made = try run(
            "/usr/bin/env",
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key, "-out",
                certificate, "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
            ])
        try #require(made.status == 0, "\(made.text)")
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
