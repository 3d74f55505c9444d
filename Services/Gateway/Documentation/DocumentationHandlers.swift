internal import EventLoop
internal import Glibc
internal import HTTPMessage
internal import HTTPServer
internal import JSON
internal import OpenAPI
internal import ServiceKit
internal import WireProtocol

/// The OpenAPI document, and Swagger UI to read and try it with.
final class DocumentationHandlers {
    private let loop: EventLoop
    private let assets: String?
    private let openAPI: [UInt8]
    /// The files that have been asked for: each is read once. Only those of the folder can be in it.
    private var loaded: [String: [UInt8]] = [:]

    private static let mediaTypes = [
        "js": "text/javascript", "css": "text/css", "png": "image/png", "html": "text/html", "map": "application/json",
    ]
    private static let largestAsset = 16 << 20

    init(loop: EventLoop, assets: String?) throws {
        self.loop = loop
        self.assets = assets
        openAPI = try JSONCodec.encode(OpenAPIDocument.make())
    }

    func document(_: NoContent, _: RequestContext) -> Reply<JSONValue> { Reply(.encoded(openAPI)) }

    func page(_: NoContent, _: RequestContext) -> Reply<NoContent> {
        let html = assets == nil ? Self.plainPage : Self.swaggerPage
        return Reply(fields: ["content-security-policy": Self.policy], .bytes(Array(html.utf8), mediaType: "text/html; charset=utf-8"))
    }

    /// A file of Swagger UI's folder; only plain names, so that nothing else can be reached.
    func asset(_: NoContent, _ context: RequestContext) async throws -> Reply<NoContent> {
        let name = context.request.parameters["asset"] ?? ""
        guard let assets, let type = name.split(separator: ".").last.flatMap({ Self.mediaTypes[String($0)] }),
            name.utf8.allSatisfy({
                $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") || Self.isAlphanumeric($0)
            }),
            !name.hasPrefix(".")
        else { throw Problem(.notFound) }
        guard let bytes = try await load(name, in: assets) else { throw Problem(.notFound) }
        return Reply(fields: [.cacheControl: "public, max-age=3600"], .bytes(bytes, mediaType: type))
    }

    private func load(_ name: String, in folder: String) async throws -> [UInt8]? {
        if let bytes = loaded[name] { return bytes }
        let path = folder + "/" + name
        let bytes = try await loop.offload { Self.read(path) }
        loaded[name] = bytes
        return bytes
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= largestAsset else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var position = 0
        while position < bytes.count {
            let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress.map { $0 + position }, $0.count - position) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            position += count
        }
        return bytes
    }

    private static let policy =
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'"

    private static let swaggerPage = """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><title>Troupe API</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <link rel="stylesheet" href="/docs/swagger-ui.css"></head>
        <body><div id="ui"></div><script src="/docs/swagger-ui-bundle.js"></script>
        <script>SwaggerUIBundle({url: "/openapi.json", dom_id: "#ui", deepLinking: true, persistAuthorization: true})</script>
        </body></html>
        """

    private static let plainPage = """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><title>Troupe API</title></head>
        <body><h1>Troupe API</h1><p>The OpenAPI 3.1 document: <a href="/openapi.json">/openapi.json</a>.</p></body></html>
        """
}
