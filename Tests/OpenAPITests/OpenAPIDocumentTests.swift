import Foundation
import HTTPMessage
import JSON
import OpenAPI
import Testing
import WireProtocol

@Suite("The OpenAPI document")
struct OpenAPIDocumentTests {
    @Test("deploy/openapi.json is the document of the declarations")
    func committedDocumentIsCurrent() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let committed = try String(contentsOf: root.appending(path: "deploy/openapi.json"), encoding: .utf8)
        let isCurrent = try committed == OpenAPIDocument.text()
        #expect(isCurrent, "deploy/openapi.json is out of date: run `make openapi` and commit the result")
    }

    @Test("the text is JSON and means the document")
    func textIsTheDocument() throws {
        let read = try JSONCodec.decode(JSONValue.self, from: Array(OpenAPIDocument.text().utf8), unknownFields: .refused)
        #expect(try read == OpenAPIDocument.make())
    }

    @Test("every public endpoint is in it, with its name, its answers and who may call it")
    func everyPublicEndpoint() throws {
        let document = try OpenAPIDocument.make()
        for endpoint in AllEndpoints.public {
            let operation = try #require(document["paths"]?[endpoint.path.description]?[endpoint.method.name.lowercased()])
            #expect(operation["operationId"] == .string(endpoint.name))
            for status in endpoint.success { #expect(operation["responses"]?[String(status.code)] != nil) }
            let isPublic = operation["security"] == []
            #expect(isPublic == (endpoint.authorization == .public), "\(endpoint.name)")
        }
    }

    @Test("every endpoint that the gateway passes on may answer 429, and none that it answers itself")
    func rateLimits() throws {
        let document = try OpenAPIDocument.make()
        for endpoint in AllEndpoints.public {
            let operation = document["paths"]?[endpoint.path.description]?[endpoint.method.name.lowercased()]
            #expect((operation?["responses"]?["429"] != nil) == (endpoint.owner != .gateway), "\(endpoint.name)")
        }
    }

    @Test("what is refused for a while says when to ask again, and why")
    func headersOfProblems() throws {
        let document = try OpenAPIDocument.make()
        for endpoint in AllEndpoints.public where endpoint.owner != .gateway {
            let responses = document["paths"]?[endpoint.path.description]?[endpoint.method.name.lowercased()]?["responses"]
            func headers(_ status: String) -> [String]? { responses?[status]?["headers"]?.members?.map(\.key) }
            #expect(headers("429") == ["Retry-After", "RateLimit", "RateLimit-Policy"], "\(endpoint.name)")
            #expect(headers(responses?["503"] == nil ? "default" : "503") == ["Retry-After"], "\(endpoint.name)")
            #expect(responses?["401"] == nil || headers("401") == ["WWW-Authenticate"], "\(endpoint.name)")
            for response in responses?.members ?? [] {
                #expect(response.value["headers"] == nil || headers(response.key)?.isEmpty == false, "\(endpoint.name)")
            }
        }
    }

    @Test("a problem that nobody lists has its form all the same")
    func otherProblems() throws {
        let document = try OpenAPIDocument.make()
        for endpoint in AllEndpoints.public {
            let responses = document["paths"]?[endpoint.path.description]?[endpoint.method.name.lowercased()]?["responses"]
            #expect(responses?["default"]?["content"]?["application/problem+json"] != nil, "\(endpoint.name)")
        }
    }

    @Test("what is not ready is told in the same words as what is")
    func readiness() throws {
        let responses = try OpenAPIDocument.make()["paths"]?["/readyz"]?["get"]?["responses"]
        let ready = responses?["200"]?["content"]
        #expect(ready?["application/json"] != nil && responses?["503"]?["content"] == ready)
    }

    @Test("what answers pages says where the next one is")
    func pages() throws {
        let document = try OpenAPIDocument.make()
        func hasLink(_ endpoint: EndpointDescription) -> Bool {
            let operation = document["paths"]?[endpoint.path.description]?[endpoint.method.name.lowercased()]
            return operation?["responses"]?["200"]?["headers"]?["Link"] != nil
        }
        #expect(hasLink(AgentAPI.listAgents.description) && hasLink(FileAPI.listFiles.description))
        #expect(!hasLink(AgentAPI.getAgent.description) && !hasLink(AgentAPI.listRunEvents.description))
    }

    @Test("a body that has nothing to say may be left out")
    func optionalBodies() throws {
        let document = try OpenAPIDocument.make()
        func isRequired(_ endpoint: EndpointDescription) -> Bool? {
            let operation = document["paths"]?[endpoint.path.description]?[endpoint.method.name.lowercased()]
            return operation?["requestBody"]?["required"].map { $0 == true }
        }
        #expect(isRequired(AgentAPI.rejectCall.description) == false && isRequired(ToolExecutionAPI.createSandbox.description) == false)
        #expect(isRequired(AgentAPI.createAgent.description) == true && isRequired(FileAPI.upload.description) == true)
    }

    @Test("every tag of an endpoint is explained, and every endpoint with a token takes an API key")
    func tagsAndKeys() throws {
        let document = try OpenAPIDocument.make()
        let explained = Set((document["tags"]?.elements ?? []).compactMap { $0["name"]?.string })
        #expect(explained == Set(AllEndpoints.public.compactMap { $0.owner?.rawValue }))
        for endpoint in AllEndpoints.public where endpoint.authorization != .public {
            let operation = document["paths"]?[endpoint.path.description]?[endpoint.method.name.lowercased()]
            #expect(operation?["security"]?.elements?.contains(["apiKey": []]) == true, "\(endpoint.name)")
        }
        #expect(document["components"]?["securitySchemes"]?["apiKey"]?["name"] == "X-API-Key")
    }

    @Test("nothing internal is in it")
    func nothingInternal() throws {
        let text = try OpenAPIDocument.text()
        #expect(!text.contains("/internal/"))
        #expect(!text.contains("internal:"))
    }

    @Test("every reference leads to a component, and every schema is referred to")
    func referencesResolve() throws {
        let document = try OpenAPIDocument.make()
        var references: Set<String> = []
        collect(document, into: &references)
        #expect(!references.isEmpty)
        for reference in references {
            var target: JSONValue? = document
            for part in reference.dropFirst(2).split(separator: "/") { target = target?[String(part)] }
            #expect(target != nil, "\(reference)")
        }
        for schema in document["components"]?["schemas"]?.members ?? [] {
            #expect(references.contains("#/components/schemas/" + schema.key), "\(schema.key)")
        }
    }

    @Test("requests are closed to unknown fields, answers are open")
    func closedRequests() throws {
        let schemas = try OpenAPIDocument.make()["components"]?["schemas"]
        #expect(schemas?["CreateAgent"]?["additionalProperties"] == false)
        #expect(schemas?["Agent"]?["properties"] != nil)
        #expect(schemas?["Agent"]?["additionalProperties"] == nil)
    }

    private func collect(_ value: JSONValue, into references: inout Set<String>) {
        if let reference = value["$ref"]?.string { references.insert(reference) }
        for mapped in value["mapping"]?.members ?? [] {
            if let reference = mapped.value.string { references.insert(reference) }
        }
        for element in value.elements ?? [] { collect(element, into: &references) }
        for member in value.members ?? [] { collect(member.value, into: &references) }
    }
}
