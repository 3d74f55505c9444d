package import ServiceClients
internal import WireProtocol

/// Where it must be known that a person agrees to a call, before the call is made.
package protocol ToolApprovals: AnyObject {
    /// Says it in the person's own name. Throws a problem when it is not taken.
    func approve(_ use: ToolUse, with credentials: PersonalCredentials) async throws
}

/// Tells the tool-execution service, which believes no service in this.
package final class RemoteToolApprovals: ToolApprovals {
    private let service: ServiceClient

    /// - Parameter service: tool-execution.
    package init(_ service: ServiceClient) { self.service = service }

    package func approve(_ use: ToolUse, with credentials: PersonalCredentials) async throws {
        do {
            _ = try await service.call(
                ToolsAPI.approveToolCall, ApproveToolCall(effectKey: use.effectKey, arguments: use.arguments),
                parameters: ["name": use.name], as: .bearer(credentials.token), from: credentials.origin, timeout: .seconds(10))
        } catch let problem as Problem where problem.code == .notFound {
            // The tool is gone by now: the run finds that out, and goes on.
        }
    }
}
