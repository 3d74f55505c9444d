package import ServiceClients
internal import WireProtocol

/// Looks up tools in the catalogue of the tool-execution service, as the person who asks.
package struct ToolDirectory {
    private let tools: ServiceClient

    private static let pageSize = 100
    /// Far more than anybody may have tools.
    private static let mostPages = 50

    package init(_ tools: ServiceClient) { self.tools = tools }

    /// Those of these tools that the person does not have. Throws a problem when that cannot be found out.
    func missing(of wanted: Set<String>, token: String, from origin: CallOrigin) async throws -> Set<String> {
        var missing = wanted
        var query = PageQuery(limit: Self.pageSize)
        for _ in 0..<Self.mostPages where !missing.isEmpty {
            let page = try await tools.call(
                ToolsAPI.listTools, query, as: .bearer(token), from: origin, timeout: .seconds(10))
            missing.subtract(page.data.map(\.name))
            guard let cursor = page.nextCursor else { break }
            query.cursor = cursor
        }
        return missing
    }
}
