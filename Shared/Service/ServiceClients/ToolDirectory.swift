package import WireProtocol

/// Which tools there are.
package protocol ToolDirectory: AnyObject {
    /// Those of these names that the caller may use. Throws a problem when that cannot be found out.
    func find(_ names: Set<String>, as identity: CallIdentity, from origin: CallOrigin) async throws -> [String: Tool]
}

/// The catalogue of the tool-execution service.
package final class RemoteToolDirectory: ToolDirectory {
    private let service: ServiceClient
    private static let patience = Duration.seconds(10)

    /// - Parameter service: tool-execution.
    package init(_ service: ServiceClient) { self.service = service }

    package func find(_ names: Set<String>, as identity: CallIdentity, from origin: CallOrigin) async throws -> [String: Tool] {
        var wanted = names.filter(Self.isName).sorted()[...]
        var found: [String: Tool] = [:]
        while !wanted.isEmpty {
            let part = wanted.prefix(ToolQuery.mostNames)
            for tool in try await list(Array(part), as: identity, from: origin) { found[tool.name] = tool }
            wanted.removeFirst(part.count)
        }
        return found
    }

    private func list(_ names: [String], as identity: CallIdentity, from origin: CallOrigin) async throws -> [Tool] {
        do {
            let query = ToolQuery(name: names, limit: names.count)
            return try await service.call(ToolsAPI.listTools, query, as: identity, from: origin, timeout: Self.patience).data
        } catch let problem as Problem where problem.code == .validationFailed {
            // The version before does not know `name`.
            var tools: [Tool] = []
            for name in names {
                do {
                    tools.append(
                        try await service.call(
                            ToolsAPI.getTool, NoContent(), parameters: ["name": name], as: identity, from: origin, timeout: Self.patience))
                } catch let problem as Problem where problem.code == .notFound {}
            }
            return tools
        }
    }

    /// Anything else is no name of a tool, and might be another path.
    private static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F || $0 == 0x2D
            }
    }
}
