package import JSON

/// A program to start in a sandbox.
package struct StartCommand: Codable, Sendable, Hashable, WireRules {
    /// A line for the shell; with `arguments`, the program.
    package var command: String
    /// The program's arguments: no shell is between.
    package var arguments: [String]?
    package var workingDirectory: String?
    /// In place of the sandbox's own variables of these names.
    package var environment: [String: String]?
    /// After how many seconds it is stopped.
    package var timeoutS: Int?
    /// Whether it will be given input.
    package var stdin: Bool?
    /// The size of the terminal that it gets in place of pipes.
    package var terminal: TerminalSize?
    /// Whether the answer comes when it has begun, and not when it has ended.
    package var background: Bool?

    package init(
        command: String, arguments: [String]? = nil, workingDirectory: String? = nil, environment: [String: String]? = nil,
        timeoutS: Int? = nil, stdin: Bool? = nil, terminal: TerminalSize? = nil, background: Bool? = nil
    ) {
        self.command = command
        self.arguments = arguments
        self.workingDirectory = workingDirectory
        self.environment = environment
        self.timeoutS = timeoutS
        self.stdin = stdin
        self.terminal = terminal
        self.background = background
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.command, 1...30_000),
            .describe(CodingKeys.command, "A line for the shell; with `arguments`, the program.", example: "ls -l"),
            .count(CodingKeys.arguments, 0...255), .elementLength(CodingKeys.arguments, 0...30_000),
            .describe(CodingKeys.arguments, "The program's arguments: no shell is between."),
            .length(CodingKeys.workingDirectory, 1...1000), .defaultValue(CodingKeys.workingDirectory, "/home/user"),
            .members(CodingKeys.environment, 0...64),
            .describe(CodingKeys.environment, "In place of the sandbox's own variables of these names."),
            .range(CodingKeys.timeoutS, 1...86_400),
            .describe(CodingKeys.timeoutS, "After how many seconds it is stopped: 60, or none in the background."),
            .describe(CodingKeys.stdin, "Whether it will be given input."),
            .describe(CodingKeys.terminal, "The size of the terminal that it gets in place of pipes."),
            .describe(CodingKeys.background, "Whether the answer comes when it has begun, and not when it has ended."),
        ]
    }
}

/// Rows and columns of a terminal.
package struct TerminalSize: Codable, Sendable, Hashable, WireRules {
    package var rows: Int
    package var columns: Int

    package init(rows: Int, columns: Int) {
        self.rows = rows
        self.columns = columns
    }

    package static var rules: [Rule] { [.range(CodingKeys.rows, 1...1000), .range(CodingKeys.columns, 1...1000)] }
}

/// How a command is.
package enum CommandStatus: String, WireEnum {
    case running, exited, unknown
}

/// A command of a sandbox; what it wrote comes with one that was waited for.
package struct SandboxCommand: Codable, Sendable, Hashable, WireRules {
    package var id: CommandID
    /// Its number among the sandbox's processes.
    package var pid: Int
    package var command: String
    package var arguments: [String]?
    package var status: CommandStatus
    /// 128 + the signal for a process that was killed; null while it runs.
    package var exitCode: Int?
    package var outcome: ExecutionOutcome?
    package var stdout: String?
    package var stderr: String?
    /// Whether the beginning of the output was left out.
    package var truncated: Bool
    package var startedAt: Timestamp
    package var endedAt: Timestamp?

    package init(
        id: CommandID, pid: Int, command: String, arguments: [String]?, status: CommandStatus, exitCode: Int? = nil,
        outcome: ExecutionOutcome? = nil, stdout: String? = nil, stderr: String? = nil, truncated: Bool = false, startedAt: Timestamp,
        endedAt: Timestamp? = nil
    ) {
        self.id = id
        self.pid = pid
        self.command = command
        self.arguments = arguments
        self.status = status
        self.exitCode = exitCode
        self.outcome = outcome
        self.stdout = stdout
        self.stderr = stderr
        self.truncated = truncated
        self.startedAt = startedAt
        self.endedAt = endedAt
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.pid, "Its number among the sandbox's processes.", example: 12),
            .describe(CodingKeys.exitCode, "128 + the signal for a process that was killed; null while it runs.", example: 0),
            .describe(CodingKeys.truncated, "Whether the beginning of the output was left out.", example: false),
        ]
    }
}

/// The commands of a sandbox.
package struct SandboxCommands: Codable, Sendable, Hashable {
    package var data: [SandboxCommand]

    package init(data: [SandboxCommand]) {
        self.data = data
    }
}

/// A signal for a command.
package struct SendSignal: Codable, Sendable, Hashable {
    package var signal: CommandSignal

    package init(signal: CommandSignal) {
        self.signal = signal
    }
}

/// The signals that can be sent.
package enum CommandSignal: String, WireEnum {
    case hangUp = "SIGHUP"
    case interrupt = "SIGINT"
    case quit = "SIGQUIT"
    case kill = "SIGKILL"
    case user1 = "SIGUSR1"
    case user2 = "SIGUSR2"
    case terminate = "SIGTERM"
    case `continue` = "SIGCONT"
    case stop = "SIGSTOP"
    case unknown
}

/// The query of a command's input.
package struct CommandInputQuery: Codable, Sendable, Hashable, WireRules {
    /// Whether nothing more will come.
    package var end: Bool?

    package static var rules: [Rule] { [.describe(CodingKeys.end, "Whether nothing more will come.")] }
}

/// What happens while a command runs: it starts, writes, and exits.
package enum CommandEvent: WireUnion, Equatable {
    case started(CommandStarted)
    case output(CodeOutput)
    /// What this reader has not had was left out: it came too fast.
    case outputDropped(CommandOutputDropped)
    case exited(CommandExited)
    /// Of a newer writer.
    case unknown

    /// The names of the events.
    package enum Tag: String, WireEnum {
        case started = "command.started"
        case output = "command.output"
        case outputDropped = "command.output_dropped"
        case exited = "command.exited"
        case unknown
    }

    /// The name of this event.
    package var tag: Tag {
        switch self {
        case .started: .started
        case .output: .output
        case .outputDropped: .outputDropped
        case .exited: .exited
        case .unknown: .unknown
        }
    }

    private enum CodingKeys: String, CodingKey { case type }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        switch try container.decode(Tag.self, forKey: .type) {
        case .started: self = .started(try CommandStarted(from: decoder))
        case .output: self = .output(try CodeOutput(from: decoder))
        case .outputDropped: self = .outputDropped(try CommandOutputDropped(from: decoder))
        case .exited: self = .exited(try CommandExited(from: decoder))
        case .unknown: self = .unknown
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(tag, forKey: .type)
        switch self {
        case .started(let event): try event.encode(to: encoder)
        case .output(let event): try event.encode(to: encoder)
        case .outputDropped(let event): try event.encode(to: encoder)
        case .exited(let event): try event.encode(to: encoder)
        case .unknown: break
        }
    }
}

/// A command has begun.
package struct CommandStarted: Codable, Sendable, Hashable {
    package var pid: Int

    package init(pid: Int) {
        self.pid = pid
    }
}

/// Output that was not kept for who was too slow.
package struct CommandOutputDropped: Codable, Sendable, Hashable, WireRules {
    /// How many events.
    package var events: Int

    package init(events: Int) {
        self.events = events
    }

    package static var rules: [Rule] { [.describe(CodingKeys.events, "How many events were left out.", example: 12)] }
}

/// A command has ended.
package struct CommandExited: Codable, Sendable, Hashable {
    package var exitCode: Int
    package var outcome: ExecutionOutcome

    package init(exitCode: Int, outcome: ExecutionOutcome) {
        self.exitCode = exitCode
        self.outcome = outcome
    }
}
