package import ServiceClients
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
        do {
            return try await service.call(
                ToolsAPI.getTool, NoContent(), parameters: ["name": name], as: identity, from: origin, timeout: .seconds(10))
        } catch let problem as Problem where problem.code == .notFound { return nil }
    }
}
