package import WireProtocol

/// Which tools there are.
package protocol ToolDirectory: AnyObject {
    /// The tool of this name that the caller may use; nil: there is none. Throws a problem when that cannot be found out.
    func find(_ name: String, as identity: CallIdentity, from origin: CallOrigin) async throws -> Tool?
}

/// The catalogue of the tool-execution service.
package final class RemoteToolDirectory: ToolDirectory {
    private let service: ServiceClient

    /// - Parameter service: tool-execution.
    package init(_ service: ServiceClient) { self.service = service }

    package func find(_ name: String, as identity: CallIdentity, from origin: CallOrigin) async throws -> Tool? {
        // Anything else is no name of a tool, and might be another path.
        let isName =
            !name.isEmpty
            && name.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F || $0 == 0x2D
            }
        guard isName else { return nil }
        do {
            return try await service.call(
                ToolsAPI.getTool, NoContent(), parameters: ["name": name], as: identity, from: origin, timeout: .seconds(10))
        } catch let problem as Problem where problem.code == .notFound { return nil }
    }
}
