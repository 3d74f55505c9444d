package import JSON

/// A line of a sandbox's log.
package struct SandboxLogLine: Codable, Sendable, Hashable, WireRules {
    package var time: Timestamp
    package var text: String

    package init(time: Timestamp, text: String) {
        self.time = time
        self.text = text
    }

    package static var rules: [Rule] { [.describe(CodingKeys.text, "What happened.", example: "command 12 exited with 0")] }
}

/// The last of what happened in a sandbox: its beginning, code and commands, never what they wrote.
package struct SandboxLogs: Codable, Sendable, Hashable {
    package var data: [SandboxLogLine]

    package init(data: [SandboxLogLine]) {
        self.data = data
    }
}
