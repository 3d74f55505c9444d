internal import HTTPMessage
package import JSON

/// What the gateway answers itself.
package enum GatewayAPI {
    /// What this is, and where its documentation is.
    package static let index = Endpoint<NoContent, ServerIndex>(
        .get, "/", name: "getIndex", owner: .gateway, summary: "What this is", auth: .public)

    /// Whether the gateway answers.
    package static let health = Endpoint<NoContent, PublicHealth>(
        .get, "/health", name: "getHealth", owner: .gateway, summary: "Whether the gateway answers", auth: .public)

    /// Whether all services are ready; 503 with the same body when one is not.
    package static let ready = Endpoint<NoContent, PublicHealth>(
        .get, "/readyz", name: "getReadiness", owner: .gateway, summary: "Whether all services are ready", auth: .public,
        success: [.ok, .serviceUnavailable])

    /// The documentation for a browser.
    package static let docs = Endpoint<NoContent, NoContent>(
        .get, "/docs", name: "getDocs", owner: .gateway, summary: "The documentation for a browser", auth: .public,
        answers: .bytes(mediaType: "text/html"))

    /// A file of the documentation's pages.
    package static let docsAsset = Endpoint<NoContent, NoContent>(
        .get, "/docs/{asset}", name: "getDocsAsset", owner: .gateway, summary: "A file of the documentation's pages", auth: .public,
        parameters: [.text("asset", maximumLength: 100)], answers: .bytes(mediaType: "*/*"))

    /// This document.
    package static let openAPI = Endpoint<NoContent, JSONValue>(
        .get, "/openapi.json", name: "getOpenAPI", owner: .gateway, summary: "The OpenAPI document", auth: .public)

    /// Every endpoint of the gateway itself.
    package static let all: [EndpointDescription] = [
        index.description, health.description, ready.description, docs.description, docsAsset.description, openAPI.description,
    ]
}
