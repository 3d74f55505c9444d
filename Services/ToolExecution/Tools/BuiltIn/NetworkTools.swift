internal import Cryptography
internal import ExternalHTTP
internal import HTTPClient
internal import JSON
internal import WireProtocol

/// A request to send.
struct HTTPRequestArguments: Codable, Sendable, WireRules {
    var url: String
    var method: String?
    var headers: [String: String]?
    var body: String?
    var secrets: [String]?

    static var rules: [Rule] {
        [
            .length(CodingKeys.url, 1...8000), .describe(CodingKeys.url, "http or https.", example: "https://api.example.com/v1/items"),
            .length(CodingKeys.method, 1...16), .defaultValue(CodingKeys.method, "GET"),
            .members(CodingKeys.headers, 0...50), .describe(CodingKeys.headers, "Fields of the request."),
            .length(CodingKeys.body, 0...500_000), .describe(CodingKeys.body, "The text that is sent."),
            .count(CodingKeys.secrets, 0...16), .elementLength(CodingKeys.secrets, 1...64),
            .describe(CodingKeys.secrets, "The names of secrets to send. Their values are put in on the way."),
        ]
    }
}

/// A page to read.
struct ReadWebPageArguments: Codable, Sendable, WireRules {
    var url: String
    var maxCharacters: Int?

    static var rules: [Rule] {
        [
            .length(CodingKeys.url, 1...8000), .describe(CodingKeys.url, "http or https.", example: "https://example.com/"),
            .range(CodingKeys.maxCharacters, 100...500_000), .defaultValue(CodingKeys.maxCharacters, 50_000),
            .describe(CodingKeys.maxCharacters, "How much of the text is returned."),
        ]
    }
}

/// The tools that ask servers outside: each call is a program in a sandbox of its own, which may reach that server and no other.
enum NetworkTools {
    private static let maximumBytes = 20_000_000

    static func make() throws -> [ToolDefinition] {
        [
            try ToolDefinition(
                "http_request",
                """
                Sends an HTTP request and returns status, headers and body as JSON. Redirects are not followed. Private addresses are \
                refused. A body that is no text is returned in base 64 as body_base64.
                """, kind: .network, requires: [.python], takes: HTTPRequestArguments.self
            ) { arguments in
                try request(arguments)
            },
            try ToolDefinition(
                "read_web_page",
                """
                Reads a web page and returns its text as Markdown. Redirects are followed within the site. Scripts are not run.
                """, kind: .network, requires: [.python], takes: ReadWebPageArguments.self
            ) { arguments in
                try program(
                    PackageResources.read_web_page_py, arguments,
                    NetworkGrant(hosts: try site(of: arguments.url), methods: ["GET"], maxBytes: maximumBytes))
            },
        ]
    }

    /// The program that sends a request, and may reach its host only.
    static func request(_ arguments: HTTPRequestArguments) throws -> ToolProgram {
        let url = try parsed(arguments.url)
        let method = (arguments.method ?? "GET").uppercased()
        return try program(
            PackageResources.http_request_py, arguments,
            NetworkGrant(hosts: [place(url.origin.host, url)], methods: [method], maxBytes: maximumBytes, secrets: arguments.secrets))
    }

    /// A page's host and those below its domain, as a grant names them, and others that are named.
    static func site(of text: String, and others: [String] = []) throws -> [String] {
        let url = try parsed(text)
        let host = HostName.normal(url.origin.host)
        let bare = host.hasPrefix("www.") ? String(host.dropFirst(4)) : host
        // The usual ports too: a site leads from http to https.
        // Below a name without a dot lies all of a top-level domain.
        let usual = [host, bare] + (bare.contains(".") ? ["*." + bare] : [])
        for (index, other) in others.enumerated() where HostPattern(other)?.isAny ?? true {
            throw Problem(
                .validationFailed,
                errors: [FieldError(pointer: "/arguments/hosts/\(index)", detail: "must be like example.com or *.example.com")])
        }
        return Set(usual.map { place($0, url) } + usual + others).sorted()
    }

    private static func parsed(_ text: String) throws -> HTTPURL {
        guard let url = HTTPURL(text), url.origin.socketPath == nil, HostName.isValid(HostName.normal(url.origin.host)) else {
            throw Problem(
                .validationFailed, errors: [FieldError(pointer: "/arguments/url", detail: "must be an http or https URL with a host name")])
        }
        return url
    }

    /// A host as a grant names it.
    private static func place(_ host: String, _ url: HTTPURL) -> String {
        url.origin.port == url.origin.scheme.defaultPort ? host : "\(host):\(url.origin.port)"
    }

    /// A program in Python that finds its arguments as JSON in `ARGUMENTS`, and what else it is told `before`.
    static func program(
        _ source: [UInt8], before: String = "", _ arguments: some Encodable, _ network: NetworkGrant, needs: ToolNeeds = ToolNeeds()
    ) throws -> ToolProgram {
        let encoded = Base64.encode(try JSONCodec.encode(arguments))
        return ToolProgram(
            language: .python, code: before + "ARGUMENTS = '\(encoded)'\n" + String(decoding: source, as: UTF8.self), network: network,
            needs: needs)
    }
}
