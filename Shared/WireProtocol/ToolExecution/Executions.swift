package import JSON

/// Where a process writes.
package enum OutputStream: String, WireEnum {
    case stdout, stderr, unknown
}

/// How an execution ended.
package enum ExecutionOutcome: String, WireEnum {
    /// By itself; the exit code says how.
    case exited
    case timedOut = "timed_out"
    case memoryExceeded = "memory_exceeded"
    case diskExceeded = "disk_exceeded"
    case outputExceeded = "output_exceeded"
    case processesExceeded = "processes_exceeded"
    /// The sandbox has used up its processor time.
    case processorExceeded = "processor_exceeded"
    case cancelled
    /// The sandbox ended under it.
    case sandboxLost = "sandbox_lost"
    case unknown
}

/// All that an execution gave.
package struct ExecutionResult: Codable, Sendable, Hashable, WireRules {
    /// 128 + the signal for a process that was killed.
    package var exitCode: Int
    package var outcome: ExecutionOutcome
    package var stdout: String
    package var stderr: String
    /// Whether output was left out because there was too much.
    package var truncated: Bool
    package var durationMs: Int
    /// What it saved in `/home/user/out`.
    package var files: [FileReference]
    /// How many more there are that were not saved; absent for none.
    package var unsavedFiles: Int?
    /// What it displayed, and the value of its last expression.
    package var results: [DisplayedValue]
    /// What ended it, if an error did.
    package var error: RaisedError?

    package init(
        exitCode: Int, outcome: ExecutionOutcome, stdout: String, stderr: String, truncated: Bool, durationMs: Int,
        files: [FileReference], unsavedFiles: Int? = nil, results: [DisplayedValue] = [], error: RaisedError? = nil
    ) {
        self.exitCode = exitCode
        self.outcome = outcome
        self.stdout = stdout
        self.stderr = stderr
        self.truncated = truncated
        self.durationMs = durationMs
        self.files = files
        self.unsavedFiles = unsavedFiles
        self.results = results
        self.error = error
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.exitCode, "0 when all went well; 128 + the signal for a process that was killed.", example: 0),
            .describe(CodingKeys.truncated, "Whether output was left out because there was too much.", example: false),
            .describe(CodingKeys.files, "What it saved in `/home/user/out`."),
            .describe(CodingKeys.unsavedFiles, UnsavedFiles.description),
            .describe(CodingKeys.results, "What it displayed, and the value of its last expression, in every form that they have."),
            .describe(CodingKeys.error, "What ended it, if an error of its own did."),
        ]
    }
}

/// What is said of files that were not saved.
enum UnsavedFiles {
    static let description = """
        How many further files in `/home/user/out` were not saved, because one execution saves no more than 50; absent for none. They stay \
        there, and the next execution saves the next of them.
        """
}

/// What happens while code is executed: at most one reset, output as it comes, files, then `code.completed` or `code.failed`.
package enum ExecutionEvent: WireUnion, Equatable {
    case sandboxReset(SandboxReset)
    case output(CodeOutput)
    case artifact(ArtifactCreated)
    case value(DisplayedValue)
    case raised(RaisedError)
    case completed(CodeCompleted)
    /// It could not be executed.
    case failed(CodeFailed)
    /// Of a newer writer.
    case unknown

    /// The names of the events.
    package enum Tag: String, WireEnum {
        case sandboxReset = "sandbox.reset"
        case output = "code.output"
        case artifact = "artifact.created"
        case value = "code.value"
        case raised = "code.raised"
        case completed = "code.completed"
        case failed = "code.failed"
        case unknown
    }

    /// The name of this event.
    package var tag: Tag {
        switch self {
        case .sandboxReset: .sandboxReset
        case .output: .output
        case .artifact: .artifact
        case .value: .value
        case .raised: .raised
        case .completed: .completed
        case .failed: .failed
        case .unknown: .unknown
        }
    }

    private enum CodingKeys: String, CodingKey { case type }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(Tag.self, forKey: .type) {
        case .sandboxReset: self = .sandboxReset(try SandboxReset(from: decoder))
        case .output: self = .output(try CodeOutput(from: decoder))
        case .artifact: self = .artifact(try ArtifactCreated(from: decoder))
        case .value: self = .value(try DisplayedValue(from: decoder))
        case .raised: self = .raised(try RaisedError(from: decoder))
        case .completed: self = .completed(try CodeCompleted(from: decoder))
        case .failed: self = .failed(try CodeFailed(from: decoder))
        case .unknown: self = .unknown
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(tag, forKey: .type)
        switch self {
        case .sandboxReset(let event): try event.encode(to: encoder)
        case .output(let event): try event.encode(to: encoder)
        case .artifact(let event): try event.encode(to: encoder)
        case .value(let event): try event.encode(to: encoder)
        case .raised(let event): try event.encode(to: encoder)
        case .completed(let event): try event.encode(to: encoder)
        case .failed(let event): try event.encode(to: encoder)
        case .unknown: break
        }
    }
}

/// The code could not be executed.
package struct CodeFailed: Codable, Sendable, Hashable {
    package var problem: Problem

    package init(problem: Problem) {
        self.problem = problem
    }
}
