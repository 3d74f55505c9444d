internal import Cryptography
internal import ExternalHTTP
internal import HTTPClient
internal import HTTPMessage
internal import JSON
internal import WireProtocol

/// What makes a tool of somebody's own callable, and what is wrong with one that is not.
enum OwnTool {
    /// The tool that a person describes. Throws a problem 422 that names every wrong place below `pointer`.
    static func definition(_ tool: CreateTool, pointer: String = "") throws -> ToolDefinition {
        var errors: [FieldError] = []
        if !isName(tool.name) {
            errors.append(FieldError(pointer: pointer + "/name", detail: "must be a lower-case letter, then letters, digits and _"))
        }
        if tool.parameters["type"] != "object" {
            errors.append(FieldError(pointer: pointer + "/parameters", detail: "must be the schema of an object"))
        }
        if (tool.http == nil) == (tool.program == nil) {
            errors.append(FieldError(pointer: pointer + "/http", detail: "is wanted, or program, and not both"))
        }
        if let target = tool.http { errors += check(target, tool.parameters, pointer + "/http") }
        if let target = tool.program { errors += check(target, pointer + "/program") }
        guard errors.isEmpty else { throw Problem(.validationFailed, errors: errors) }
        do {
            return try make(tool)
        } catch let error as UnsupportedSchema {
            throw Problem(.validationFailed, errors: [FieldError(pointer: pointer + "/parameters", detail: error.description)])
        }
    }

    private static func make(_ tool: CreateTool) throws -> ToolDefinition {
        if let target = tool.http {
            return try ToolDefinition(
                tool.name, tool.description, kind: .http, requires: [.python], schema: tool.parameters
            ) { try NetworkTools.request(request(target, $0)) }
        }
        guard let target = tool.program else { throw Problem(.internalError) }
        let requirement: Requirement =
            switch target.language {
            case .javascript: .node
            case .bash: .bash
            default: .python
            }
        return try ToolDefinition(tool.name, tool.description, kind: .program, requires: [requirement], schema: tool.parameters) {
            ToolProgram(language: target.language, code: try prelude(target.language, $0) + target.code, network: target.network)
        }
    }

    private static func isName(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = bytes.first, letters.contains(first), bytes.count <= 64 else { return false }
        return bytes.allSatisfy { letters.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "_") }
    }

    // MARK: Requests

    private static func check(_ target: HTTPToolTarget, _ parameters: JSONValue, _ pointer: String) -> [FieldError] {
        var errors: [FieldError] = []
        let properties = Set(parameters["properties"]?.members?.map(\.key) ?? [])
        let required = Set(parameters["required"]?.elements?.compactMap(\.string) ?? [])
        if target.method.isEmpty || !target.method.utf8.allSatisfy(FieldCharacters.isToken) || target.method.uppercased() == "CONNECT" {
            errors.append(FieldError(pointer: pointer + "/method", detail: "is no method"))
        }
        let template = URLTemplate(target.url)
        if template?.isUsable != true {
            errors.append(FieldError(pointer: pointer + "/url", detail: "must be an http or https URL, with {names} after the host only"))
        }
        for name in template?.names ?? [] where !required.contains(name) || !properties.contains(name) {
            errors.append(FieldError(pointer: pointer + "/url", detail: "{\(name)} is no required property of the parameters"))
        }
        for (index, name) in (target.query ?? []).enumerated() where !properties.contains(name) {
            errors.append(FieldError(pointer: "\(pointer)/query/\(index)", detail: "is no property of the parameters"))
        }
        for name in (target.headers ?? [:]).keys.sorted() where HTTPFieldName(name) == nil {
            errors.append(FieldError(pointer: "\(pointer)/headers/\(name)", detail: "is no name of a field"))
        }
        return errors
    }

    /// The request of a call.
    static func request(_ target: HTTPToolTarget, _ arguments: JSONValue) throws -> HTTPRequestArguments {
        guard let template = URLTemplate(target.url) else { throw Problem(.internalError) }
        let method = target.method.uppercased()
        let hasBody = !["GET", "HEAD", "DELETE"].contains(method)
        var rest = arguments.members ?? []
        func text(_ value: JSONValue) throws -> String {
            switch value {
            case .string(let text): text
            case .bool(let value): value ? "true" : "false"
            case .null: ""
            case .int, .double, .array, .object: String(decoding: try JSONCodec.encode(value), as: UTF8.self)
            }
        }
        var url = try template.filled { name in
            defer { rest.removeAll { $0.key == name } }
            return try text(rest.first { $0.key == name }?.value ?? .null)
        }
        let inQuery = rest.filter { member in target.query?.contains(member.key) ?? !hasBody }
        rest.removeAll { member in inQuery.contains { $0.key == member.key } }
        for member in inQuery where member.value != .null {
            for value in member.value.elements ?? [member.value] {
                url += (url.contains("?") ? "&" : "?") + PercentEncoding.encode(member.key) + "=" + PercentEncoding.encode(try text(value))
            }
        }
        let hasRest = (hasBody || method == "DELETE") && !rest.isEmpty
        let body = hasRest ? String(decoding: try JSONCodec.encode(JSONValue.object(rest)), as: UTF8.self) : nil
        return HTTPRequestArguments(url: url, method: method, headers: target.headers, body: body, secrets: target.secrets)
    }

    // MARK: Programs

    private static func check(_ target: ProgramToolTarget, _ pointer: String) -> [FieldError] {
        var errors: [FieldError] = []
        if target.language == .unknown {
            errors.append(FieldError(pointer: pointer + "/language", detail: "is not a language that is known here"))
        }
        if target.code.utf8.contains(0) { errors.append(FieldError(pointer: pointer + "/code", detail: "has a zero byte")) }
        do {
            if let network = target.network { _ = try EgressRules(network, pointer: pointer + "/network") }
        } catch {
            errors += (error as? Problem)?.errors ?? []
        }
        return errors
    }

    /// Puts the arguments where the program finds them. In base 64 nothing of them means anything to the language.
    private static func prelude(_ language: CodeLanguage, _ arguments: JSONValue) throws -> String {
        let encoded = Base64.encode(try JSONCodec.encode(arguments))
        return switch language {
        case .javascript: "globalThis.ARGUMENTS = JSON.parse(Buffer.from('\(encoded)', 'base64').toString());\n"
        case .bash: "ARGUMENTS=$(printf %s '\(encoded)' | base64 -d)\n"
        default: "import base64, json\nARGUMENTS = json.loads(base64.b64decode('\(encoded)'))\n"
        }
    }
}

/// A URL with `{names}` in its path and query.
struct URLTemplate {
    private let literals: [String]
    let names: [String]

    /// nil when a brace is left open.
    init?(_ text: String) {
        var (literals, names): ([String], [String]) = ([], [])
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            guard let close = rest[open...].firstIndex(of: "}") else { return nil }
            literals.append(String(rest[..<open]))
            names.append(String(rest[rest.index(after: open)..<close]))
            rest = rest[rest.index(after: close)...]
        }
        self.literals = literals + [String(rest)]
        self.names = names
    }

    /// Whether it is a URL whose host is fixed.
    var isUsable: Bool {
        guard let first = literals.first, let scheme = first.firstRange(of: "://") else { return false }
        guard names.isEmpty || first[scheme.upperBound...].contains("/") else { return false }
        guard let url = HTTPURL(filled { _ in "x" }), url.origin.socketPath == nil else { return false }
        return HostName.isValid(HostName.normal(url.origin.host))
    }

    func filled(_ value: (String) throws -> String) rethrows -> String {
        var text = literals.first ?? ""
        for (name, literal) in zip(names, literals.dropFirst()) { text += PercentEncoding.encode(try value(name)) + literal }
        return text
    }
}
