import EventLoop
import HTTPMessage
import JSON
import Testing
import WireProtocol

@testable import ToolExecutionService

@Suite("OpenAPI documents as tools", .timeLimit(.minutes(15)))
struct OpenAPIImportTests {
    private static let document: JSONValue = [
        "openapi": "3.0.3", "info": ["title": "Pets", "version": "1"], "servers": [["url": "https://pets.example.com/v1/"]],
        "paths": [
            "/pets": [
                "get": [
                    "operationId": "listPets", "summary": "List pets",
                    "parameters": [
                        ["name": "limit", "in": "query", "schema": ["type": "integer", "format": "int32"], "description": "How many."],
                        ["name": "X-Trace", "in": "header", "schema": ["type": "string"]],
                    ],
                ],
                "post": [
                    "operationId": "createPet",
                    "parameters": [["name": "dry_run", "in": "query", "schema": ["type": "boolean"]]],
                    "requestBody": ["content": ["application/json": ["schema": ["$ref": "#/components/schemas/Pet"]]]],
                ],
            ],
            "/pets/{petId}": [
                "parameters": [["$ref": "#/components/parameters/PetId"]],
                "get": ["summary": "One pet"],
            ],
        ],
        "components": [
            "parameters": ["PetId": ["name": "petId", "in": "path", "required": true, "schema": ["type": "string"]]],
            "schemas": [
                "Pet": [
                    "type": "object", "required": ["name"],
                    "properties": [
                        "name": ["type": "string"], "kind": ["type": "string", "enum": ["cat", "dog"]],
                        "tag": ["nullable": true, "type": "string"], "extra": ["oneOf": [["type": "string"], ["type": "integer"]]],
                    ],
                ]
            ],
        ],
    ]

    private func refusal(_ request: ImportTools) -> FieldError? {
        do {
            _ = try OpenAPIImport(request).tools()
            return nil
        } catch { return (error as? Problem)?.errors?.first }
    }

    @Test("each operation becomes a tool with the parameters of path, query and body")
    func operations() throws {
        let tools = try OpenAPIImport(ImportTools(document: Self.document, secrets: ["pets"])).tools().map(\.0)
        #expect(tools.map(\.name) == ["list_pets", "create_pet", "get_pets_pet_id"])
        #expect(tools[0].http == HTTPToolTarget(method: "GET", url: "https://pets.example.com/v1/pets", secrets: ["pets"]))
        #expect(tools[0].parameters["properties"]?["limit"]?["description"] == "How many.")
        #expect(tools[0].parameters["properties"]?["X-Trace"] == nil && tools[0].description == "List pets")
        #expect(tools[1].http?.query == ["dry_run"] && tools[1].parameters["required"] == ["name"])
        #expect(tools[1].parameters["properties"]?["kind"]?["enum"] == ["cat", "dog"])
        #expect(tools[1].parameters["properties"]?["extra"] == [:])
        #expect(tools[2].http?.url == "https://pets.example.com/v1/pets/{petId}" && tools[2].parameters["required"] == ["petId"])
        for tool in tools { _ = try OwnTool.definition(tool) }
        let call = try OwnTool.definition(tools[1])
        #expect(throws: Problem.self) { try call.program(["name": "Rex", "kind": "fish"]) }
        let program = try call.program(["name": "Rex", "tag": nil, "dry_run": true])
        #expect(program.network?.hosts == ["pets.example.com"] && program.network?.methods == ["POST"])
        #expect(program.network?.secrets == ["pets"])
    }

    @Test("parameters of the query go there, and those of the body into it, whatever the method is")
    func places() throws {
        let parameter: JSONValue = ["name": "q", "in": "query", "schema": ["type": "string"]]
        let body: JSONValue = [
            "content": ["application/json": ["schema": ["type": "object", "properties": ["b": ["type": "string"]]]]]
        ]
        for method in ["get", "put", "post", "delete", "patch", "head", "options"] {
            for hasBody in [false, true] where !hasBody || !["get", "head"].contains(method) {
                var operation: JSONValue = ["operationId": "one", "parameters": [parameter]]
                if hasBody { operation = operation.with("requestBody", body) }
                let document: JSONValue = [
                    "openapi": "3.0.3", "servers": [["url": "https://example.com"]],
                    "paths": ["/p": .object([JSONValue.Member(key: method, value: operation)])],
                ]
                let target = try #require(try OpenAPIImport(ImportTools(document: document)).tools().first?.0.http)
                let request = try OwnTool.request(target, hasBody ? ["q": "1", "b": "2"] : ["q": "1"])
                #expect(request.url == "https://example.com/p?q=1" && request.body == (hasBody ? #"{"b":"2"}"# : nil), "\(request)")
            }
        }
    }

    @Test("a short document whose references multiply is refused, not followed to its end", .timeLimit(.minutes(15)))
    func multiplied() throws {
        var schemas: [JSONValue.Member] = []
        for level in 0..<10 {
            let next: JSONValue = level == 9 ? ["type": "string"] : ["$ref": .string("#/components/schemas/L\(level + 1)")]
            let properties = (0..<60).map { JSONValue.Member(key: "p\($0)", value: next) }
            schemas.append(.init(key: "L\(level)", value: ["type": "object", "properties": .object(properties)]))
        }
        let body: JSONValue = ["content": ["application/json": ["schema": ["$ref": "#/components/schemas/L0"]]]]
        let document = Self.document.with("components", ["schemas": .object(schemas)])
            .with("paths", ["/a": ["post": ["operationId": "a", "requestBody": body]]])
        let refused = try #require(refusal(ImportTools(document: document)))
        #expect(refused.pointer.hasPrefix("/document/paths/~1a/post/requestBody/content/application~1json/schema/properties/p0"))
        #expect(refused.detail.contains("too many parts"))
        let long: JSONValue = ["type": "string", "enum": [.string(String(repeating: "x", count: 200_000))]]
        let many = (0..<60).map { JSONValue.Member(key: "p\($0)", value: ["$ref": "#/components/schemas/Long"]) }
        let wide = document.with("components", ["schemas": ["Long": long, "L0": ["type": "object", "properties": .object(many)]]])
        #expect(refusal(ImportTools(document: wide))?.detail.contains("too many parts") == true)
    }

    @Test("what cannot become a tool is refused with the place in the document")
    func refused() throws {
        func with(_ path: String, _ operation: JSONValue) -> ImportTools {
            ImportTools(document: Self.document.with("paths", .object([.init(key: path, value: operation)])))
        }
        #expect(refusal(ImportTools(document: ["swagger": "2.0"]))?.pointer == "/document/openapi")
        #expect(refusal(ImportTools(document: Self.document.with("servers", [["url": "/v1"]])))?.pointer == "/document/servers/0/url")
        #expect(refusal(ImportTools(document: Self.document, server: "file:///etc"))?.pointer == "/server")
        #expect(refusal(ImportTools(document: Self.document.with("paths", [:])))?.pointer == "/document/paths")
        #expect(refusal(ImportTools(document: Self.document, operations: ["listPets", "nothing"]))?.pointer == "/operations")
        let dangling = refusal(with("/a/b", ["get": ["parameters": [["$ref": "#/components/parameters/None"]]]]))
        #expect(dangling?.pointer == "/document/paths/~1a~1b/get/parameters/0" && dangling?.detail.contains("leads nowhere") == true)
        let remote = refusal(with("/a", ["get": ["parameters": [["$ref": "https://evil.example/x.json"]]]]))
        #expect(remote?.detail.contains("within the document") == true)
        let form = refusal(with("/a", ["post": ["requestBody": ["content": ["multipart/form-data": [:]]]]]))
        #expect(form?.pointer == "/document/paths/~1a/post/requestBody")
        let header = refusal(with("/a", ["get": ["parameters": [["name": "X", "in": "header", "required": true]]]]))
        #expect(header?.pointer == "/document/paths/~1a/get/parameters/0")
        let loop = Self.document.with(
            "components", ["schemas": ["A": ["type": "object", "properties": ["a": ["$ref": "#/components/schemas/A"]]]]]
        ).with(
            "paths",
            ["/a": ["post": ["requestBody": ["content": ["application/json": ["schema": ["$ref": "#/components/schemas/A"]]]]]]])
        #expect(refusal(ImportTools(document: loop))?.detail.contains("within itself") == true)
    }

    @Test("a document is imported as a whole or not at all")
    func whole() async throws {
        try await withToolExecution { service in
            let token = try service.personToken(Person(service.loop))
            func `import`(_ request: ImportTools) async throws -> RunningToolExecution.Answer {
                try await service.send(.post, "/api/v1/tools/import", token: token, request)
            }
            let one = try await `import`(ImportTools(document: Self.document, operations: ["createPet"]))
            try #require(one.status == 201, "\(one.json)")
            #expect(try one.decoded(ImportedTools.self).data.map(\.name) == ["create_pet"])
            // One of three is there already: none is added.
            #expect(try await `import`(ImportTools(document: Self.document)).status == 409)
            #expect(try await service.send(.get, "/api/v1/tools/list_pets", token: token).status == 404)
            #expect(try await service.send(.delete, "/api/v1/tools/create_pet", token: token).status == 204)
            #expect(try await `import`(ImportTools(document: Self.document)).status == 201)
            #expect(try await service.send(.get, "/api/v1/tools/list_pets", token: token).status == 200)
        }
    }

    @Test(
        "names of operations become names of tools",
        arguments: [
            ("listPets", "list_pets"), ("GET /pets/{id}", "get_pets_id"), ("Pets_List", "pets_list"), ("getHTTPStatus", "get_httpstatus"),
            ("9lives", "lives"), ("äöü", "operation"), ("", "operation"),
            (String(repeating: "a", count: 99), String(repeating: "a", count: 64)),
        ])
    func names(text: String, name: String) {
        #expect(OpenAPIImport.toolName(text) == name)
    }
}
