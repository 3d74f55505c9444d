internal import JSON
package import EventLoop
package import ServiceClients
internal import Telemetry
package import WireProtocol

/// Tool calls, carried out by the tool-execution service, with a token that acts for the person.
package final class RemoteToolCalls: ToolCalls {
    private let service: ServiceClient
    private let directory: RemoteToolDirectory
    private let loop: EventLoop

    /// - Parameter service: tool-execution.
    package init(_ service: ServiceClient, on loop: EventLoop) {
        self.service = service
        directory = RemoteToolDirectory(service)
        self.loop = loop
    }

    package func execute(
        _ call: ToolCall, for person: DelegationSubject, from origin: RunOrigin, receive: (ExecutionEvent) async throws -> Void
    ) async throws {
        let events = try await translating {
            try await service.events(ToolExecutionAPI.callTool, call, as: .delegated(person), from: self.origin(origin))
        }
        defer { events.cancel() }
        while let event = try await translating({ try await events.next() }) {
            guard let event = try? JSONCodec.decode(ExecutionEvent.self, from: event, unknownFields: .ignored) else {
                throw ToolCallError.unavailable("tool-execution sent an event that cannot be read")
            }
            // Nothing was done: the place where it was to be done could not be had at the moment.
            if case .failed(let failed) = event, failed.problem.code == .unavailable {
                throw ToolCallError.unavailable(failed.problem.detail ?? failed.problem.title)
            }
            try await receive(event)
            if event.tag == .completed || event.tag == .failed { return }
        }
    }

    package func offers(of names: [String], for person: DelegationSubject, from origin: RunOrigin) async throws -> [ToolOffer] {
        let tools = try await translating {
            try await directory.find(Set(names), as: .delegated(person), from: self.origin(origin))
        }
        return names.compactMap { name in
            guard let tool = tools[name], tool.availability.isAvailable else { return nil }
            return ToolOffer(name: tool.name, description: tool.description, parameters: tool.parameters)
        }
    }

    /// Less than for how long an answer is waited for.
    private static let longestUseSeconds = 50

    package func call(_ use: ToolUse, by agent: AgentID, for person: DelegationSubject, from origin: RunOrigin) async throws -> ToolAnswer {
        let request = ExecuteTool(
            arguments: use.arguments, timeoutS: Self.longestUseSeconds, effectKey: use.effectKey, agentID: agent)
        return ToolAnswer(
            try await translating {
                try await service.call(
                    ToolsAPI.executeTool, request, parameters: ["name": use.name], as: .delegated(person), from: self.origin(origin),
                    timeout: .seconds(120))
            })
    }

    package func cancel(effectKey: String, for person: DelegationSubject, from origin: RunOrigin) async throws {
        _ = try await translating {
            try await service.call(
                ToolExecutionAPI.cancelToolCall, CancelToolCall(effectKey: effectKey, person: person), as: .service,
                from: self.origin(origin), timeout: .seconds(5))
        }
    }

    private func origin(_ origin: RunOrigin) -> CallOrigin {
        CallOrigin(requestID: origin.requestID, trace: TraceContext(traceparent: origin.traceParent) ?? .generate(using: &loop.random))
    }

    /// What a server could not do now may work later; what it refused stays refused.
    private func translating<T>(_ body: () async throws -> T) async throws -> T {
        do { return try await body() } catch let problem as Problem {
            // A tool that is not installed will not be there a moment later.
            if problem.code == .toolUnavailable { throw ToolCallError.refused(problem) }
            // A token that is not taken is asked for anew.
            let isPassing = problem.status >= 500 || [.rateLimited, .invalidToken, .expiredToken].contains(problem.code)
            if isPassing { throw ToolCallError.unavailable(problem.detail ?? problem.title) }
            throw ToolCallError.refused(problem)
        }
    }
}
