package import HTTPMessage
internal import HTTPServer

/// The `Link` field of a page of a list (RFC 8288).
package enum PageLink {
    /// The address of the next page; no field on the last one.
    package static func fields(_ context: RequestContext, next cursor: String?) -> HTTPFields {
        guard let cursor else { return HTTPFields() }
        var query = (try? context.request.head.queryItems()) ?? HTTPQuery()
        query.items.removeAll { $0.name == "cursor" }
        query.items.append(HTTPQuery.Item(name: "cursor", value: cursor))
        return [.link: "<\(context.request.head.path)?\(query.encoded)>; rel=\"next\""]
    }
}
