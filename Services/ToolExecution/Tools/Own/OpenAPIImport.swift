internal import JSON
internal import WireProtocol

/// Makes tools of the operations of an OpenAPI 3 document. What cannot be made is refused with a pointer into the request.
struct OpenAPIImport {
    private let document: JSONValue
    private let request: ImportTools
    private let server: String
    private let budget = ImportBudget()

    private static let methods = ["get", "put", "post", "delete", "patch", "head", "options"]
    private static let mostDepth = 12
    private static let mostTools = 100
    private static let mostParameters = 200
    /// Of one object.
    static let mostProperties = 60

    init(_ request: ImportTools) throws {
        self.request = request
        document = request.document
        guard document["openapi"]?.string?.hasPrefix("3.") == true else {
            throw Self.problem("/document/openapi", "must be 3.0 or 3.1")
        }
        let server = request.server ?? document["servers"]?[0]?["url"]?.string
        guard var server, URLTemplate(server)?.isUsable == true, !server.contains("{"), !server.contains("?") else {
            let pointer = request.server == nil ? "/document/servers/0/url" : "/server"
            throw Self.problem(pointer, "must be an absolute http or https URL; name one in server")
        }
        while server.hasSuffix("/") { server.removeLast() }
        self.server = server
    }

    /// The tools, each with the pointer to its operation.
    func tools() throws -> [(CreateTool, pointer: String)] {
        var tools: [(CreateTool, pointer: String)] = []
        var missing = Set(request.operations ?? [])
        for path in document["paths"]?.members ?? [] {
            for method in Self.methods {
                guard let operation = path.value[method] else { continue }
                let name = operation["operationId"]?.string ?? "\(method) \(path.key)"
                if let wanted = request.operations, !wanted.contains(name) { continue }
                missing.remove(name)
                let pointer = "/document/paths/\(Self.escaped(path.key))/\(method)"
                guard tools.count < Self.mostTools else { throw Self.problem(pointer, "there are more than \(Self.mostTools) operations") }
                tools.append((try tool(name, method, path.key, path.value, operation, pointer), pointer))
            }
        }
        if let name = missing.min() { throw Self.problem("/operations", "there is no operation \(name)") }
        guard !tools.isEmpty else { throw Self.problem("/document/paths", "has no operation") }
        return tools
    }

    private func tool(
        _ name: String, _ method: String, _ path: String, _ item: JSONValue, _ operation: JSONValue, _ pointer: String
    ) throws -> CreateTool {
        var properties: [JSONValue.Member] = []
        var (required, query): ([JSONValue], [String]) = ([], [])
        func add(_ name: String, _ schema: JSONValue, isRequired: Bool, _ pointer: String) throws {
            guard !properties.contains(where: { $0.key == name }) else { throw Self.problem(pointer, "\(name) is there twice") }
            properties.append(JSONValue.Member(key: name, value: schema))
            if isRequired { required.append(.string(name)) }
        }
        let own = operation["parameters"]?.elements ?? []
        guard own.count + (item["parameters"]?.elements?.count ?? 0) <= Self.mostParameters else {
            throw Self.problem(pointer + "/parameters", "are more than \(Self.mostParameters)")
        }
        for (index, parameter) in (own + inherited(item, own)).enumerated() {
            let place = "\(pointer)/parameters/\(index)"
            let parameter = try resolved(parameter, place)
            guard let name = parameter["name"]?.string, let location = parameter["in"]?.string else {
                throw Self.problem(place, "must have a name, and say where it is")
            }
            let isRequired = parameter["required"]?.bool ?? false
            switch location {
            case "path", "query":
                if location == "query" { query.append(name) }
                var schema = try simplified(parameter["schema"] ?? [:], place + "/schema", depth: 0)
                if let text = parameter["description"]?.string { schema = schema.with("description", .string(String(text.prefix(500)))) }
                try add(name, schema, isRequired: isRequired || location == "path", place)
            default:
                if isRequired {
                    throw Self.problem(place, "a required parameter in \(location) cannot be given; a secret may stand for it")
                }
            }
        }
        try addBody(operation, pointer, add)
        var description = [operation["summary"]?.string, operation["description"]?.string].compactMap { $0 }.joined(separator: "\n")
        if description.isEmpty { description = "\(method.uppercased()) \(path)" }
        // Where nothing is said of the query, all arguments of these go there.
        let isAllQuery = ["get", "head", "delete"].contains(method) && operation["requestBody"] == nil
        return CreateTool(
            name: Self.toolName(name), description: String(description.prefix(2000)),
            parameters: ["type": "object", "properties": .object(properties), "required": .array(required)],
            http: HTTPToolTarget(
                method: method.uppercased(), url: server + path, query: isAllQuery ? nil : query, secrets: request.secrets))
    }

    /// The parameters of the path that the operation does not have itself.
    private func inherited(_ item: JSONValue, _ own: [JSONValue]) -> [JSONValue] {
        (item["parameters"]?.elements ?? []).filter { common in
            !own.contains { $0["name"] == common["name"] && $0["in"] == common["in"] && common["name"] != nil }
        }
    }

    /// A body that is a JSON object: its properties are arguments.
    private func addBody(
        _ operation: JSONValue, _ pointer: String, _ add: (String, JSONValue, Bool, String) throws -> Void
    ) throws {
        guard let body = operation["requestBody"] else { return }
        let place = pointer + "/requestBody"
        guard let content = try resolved(body, place)["content"]?["application/json"] else {
            throw Self.problem(place, "is not application/json")
        }
        let schema = try simplified(content["schema"] ?? [:], place + "/content/application~1json/schema", depth: 0)
        guard let properties = schema["properties"]?.members else {
            throw Self.problem(place, "is no object with properties")
        }
        let required = schema["required"]?.elements ?? []
        for property in properties {
            try add(property.key, property.value, required.contains(.string(property.key)), place)
        }
    }

    // MARK: References and schemas

    private func resolved(_ value: JSONValue, _ pointer: String, depth: Int = 0) throws -> JSONValue {
        guard let reference = value["$ref"]?.string else { return value }
        guard depth < Self.mostDepth, reference.hasPrefix("#/") else {
            throw Self.problem(pointer, "\(reference) cannot be followed: only references within the document are")
        }
        if let known = budget.found[reference] { return known }
        var found: JSONValue? = document
        for part in reference.dropFirst(2).split(separator: "/", omittingEmptySubsequences: false) {
            let key = part.replacing("~1", with: "/").replacing("~0", with: "~")
            found = found.flatMap { value in Int(key).flatMap { value[$0] } ?? value[String(key)] }
        }
        guard let found else { throw Self.problem(pointer, "\(reference) leads nowhere") }
        let whole = try resolved(found, pointer, depth: depth + 1)
        budget.found[reference] = whole
        return whole
    }

    /// The schema in the forms that can be checked here, without references. What has no such form is taken as anything: the API itself checks it.
    private func simplified(_ schema: JSONValue, _ pointer: String, depth: Int) throws -> JSONValue {
        guard depth < Self.mostDepth else { throw Self.problem(pointer, "is nested too deeply, or within itself") }
        let schema = try resolved(schema, pointer)
        guard budget.spend(on: schema) else {
            throw Self.problem(
                pointer, "is too much: with every reference followed, the schemas have too many parts; name fewer operations")
        }
        var result: JSONValue = [:]
        if let text = schema["description"]?.string { result = result.with("description", .string(String(text.prefix(500)))) }
        switch schema["type"]?.string {
        case "object":
            let members = try (schema["properties"]?.members ?? []).prefix(Self.mostProperties).map { member in
                JSONValue.Member(
                    key: member.key,
                    value: try simplified(member.value, "\(pointer)/properties/\(Self.escaped(member.key))", depth: depth + 1))
            }
            let required = Set((schema["required"]?.elements ?? []).compactMap(\.string))
            let known = members.filter { required.contains($0.key) }.map { JSONValue.string($0.key) }
            result = result.with("type", "object").with("properties", .object(Array(members))).with("required", .array(known))
        case "array":
            let items = try simplified(schema["items"] ?? [:], pointer + "/items", depth: depth + 1)
            result = result.with("type", "array").with("items", items)
        case "string":
            result = result.with("type", "string")
            if let values = schema["enum"]?.elements, !values.isEmpty, values.allSatisfy({ $0.string != nil }) {
                result = result.with("enum", .array(values))
            }
        case let type? where ["integer", "number", "boolean"].contains(type):
            result = result.with("type", .string(type))
        default: return result
        }
        return schema["nullable"] == true ? ["anyOf": [result, ["type": "null"]]] : result
    }

    // MARK: Names

    /// `listPets` and `GET /pets/{id}` as names of tools.
    static func toolName(_ text: String) -> String {
        var name = ""
        var wasLower = false
        for character in text.unicodeScalars {
            let isLetterOrDigit = character.isASCII && (character.properties.isAlphabetic || character.properties.numericType != nil)
            if !isLetterOrDigit {
                if !name.isEmpty, !name.hasSuffix("_") { name += "_" }
                wasLower = false
            } else {
                let isUpper = character.properties.isUppercase
                if isUpper, wasLower { name += "_" }
                name += String(character).lowercased()
                wasLower = !isUpper
            }
        }
        name = String(name.drop { !$0.isLetter }.prefix(64))
        while name.hasSuffix("_") { name.removeLast() }
        return name.isEmpty ? "operation" : name
    }

    private static func escaped(_ key: String) -> String { key.replacing("~", with: "~0").replacing("/", with: "~1") }

    private static func problem(_ pointer: String, _ detail: String) -> Problem {
        Problem(.validationFailed, errors: [FieldError(pointer: pointer, detail: detail)])
    }
}
