package import JSON

/// The run was accepted.
package struct RunStarted: Codable, Sendable, Hashable {
    package var runID: RunID
    package var conversationID: ConversationID
    package var agentID: AgentID
    package var messageID: MessageID

    package init(runID: RunID, conversationID: ConversationID, agentID: AgentID, messageID: MessageID) {
        self.runID = runID
        self.conversationID = conversationID
        self.agentID = agentID
        self.messageID = messageID
    }
}

/// The model is being called.
package struct ModelStarted: Codable, Sendable, Hashable, WireRules {
    /// Which call of the run this is, from 1.
    package var step: Int
    package var model: ModelChoice

    package init(step: Int, model: ModelChoice) {
        self.step = step
        self.model = model
    }

    package static var rules: [Rule] { [.describe(CodingKeys.step, "Which call of the run this is, from 1.")] }
}

/// The model is being called again, because the server that had called it was lost.
package struct ModelRestarted: Codable, Sendable, Hashable, WireRules {
    /// The numbers of the deltas that no longer count.
    package var void: EventRange

    package init(void: EventRange) {
        self.void = void
    }

    package static var rules: [Rule] { [.describe(CodingKeys.void, "The numbers of the deltas that no longer count.")] }
}

/// Numbers of events, both ends included.
package struct EventRange: Codable, Sendable, Hashable {
    package var from: Int
    package var to: Int

    package init(from: Int, to: Int) {
        self.from = from
        self.to = to
    }
}

/// A piece of what the model says.
package struct MessageDelta: Codable, Sendable, Hashable {
    package var text: String

    package init(text: String) {
        self.text = text
    }
}

/// Code is being executed.
package struct CodeStarted: Codable, Sendable, Hashable {
    package var language: CodeLanguage
    package var code: String

    package init(language: CodeLanguage, code: String) {
        self.language = language
        self.code = code
    }
}

/// A piece of what the code wrote.
package struct CodeOutput: Codable, Sendable, Hashable {
    package var stream: OutputStream
    package var text: String

    package init(stream: OutputStream, text: String) {
        self.stream = stream
        self.text = text
    }
}

/// The code has ended.
package struct CodeCompleted: Codable, Sendable, Hashable, WireRules {
    /// 128 + the signal for a process that was killed.
    package var exitCode: Int
    /// How it ended, when not by itself.
    package var outcome: ExecutionOutcome
    package var durationMs: Int
    /// How many files were left where they are, because one execution saves no more; absent for none.
    package var unsavedFiles: Int?

    package init(exitCode: Int, outcome: ExecutionOutcome, durationMs: Int, unsavedFiles: Int? = nil) {
        self.exitCode = exitCode
        self.outcome = outcome
        self.durationMs = durationMs
        self.unsavedFiles = unsavedFiles
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.exitCode, "0 when all went well; 128 + the signal for a process that was killed."),
            .describe(CodingKeys.unsavedFiles, UnsavedFiles.description),
        ]
    }
}

/// The model wants a tool to be called. What a reply asks for stands together; the calls are made one after another.
package struct ToolStarted: Codable, Sendable, Hashable, WireRules {
    package var name: String
    /// As the model wrote them: JSON, if it did well.
    package var arguments: String

    package init(name: String, arguments: String) {
        self.name = name
        self.arguments = arguments
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.name, "The tool.", example: "http_request"),
            .describe(CodingKeys.arguments, "As the model wrote them: JSON, if it did well.", example: #"{"url": "https://example.com/"}"#),
        ]
    }
}

/// A call of a tool has ended, or was not made.
package struct ToolCompleted: Codable, Sendable, Hashable, WireRules {
    /// The number of its `tool.started`.
    package var call: Int
    package var name: String
    /// What the model is told.
    package var content: String
    /// Whether the call failed, or was refused.
    package var isError: Bool

    package init(call: Int, name: String, content: String, isError: Bool) {
        self.call = call
        self.name = name
        self.content = content
        self.isError = isError
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.call, "The number of the event `tool.started` that it belongs to.", example: 7),
            .describe(CodingKeys.content, "What the model is told of it. Long results are cut in the middle."),
            .describe(CodingKeys.isError, "Whether the call failed, or was refused.", example: false),
        ]
    }
}

/// The sandbox of the conversation is new: variables and files of before are gone.
package struct SandboxReset: Codable, Sendable, Hashable, WireRules {
    package var reason: String

    package init(reason: String) {
        self.reason = reason
    }

    package static var rules: [Rule] { [.length(CodingKeys.reason, 0...500)] }
}

/// The code saved a file.
package struct ArtifactCreated: Codable, Sendable, Hashable {
    package var file: FileReference

    package init(file: FileReference) {
        self.file = file
    }
}

/// The model has said something whole.
package struct MessageCompleted: Codable, Sendable, Hashable {
    package var message: Message

    package init(message: Message) {
        self.message = message
    }
}

/// The run ended without a reply.
package struct RunFailed: Codable, Sendable, Hashable {
    package var problem: Problem

    package init(problem: Problem) {
        self.problem = problem
    }
}
