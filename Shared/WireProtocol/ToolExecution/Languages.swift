package import JSON

/// A language whose programs a sandbox builds and runs.
package struct ProgramLanguage: Codable, Sendable, Hashable, WireRules {
    package var name: String
    /// What a program's text is called.
    package var fileName: String
    /// Absent where nothing has to be built.
    package var buildCommand: String?
    package var runCommand: String
    /// Whether its tools are installed here.
    package var available: Bool
    /// The line that installs them.
    package var install: String

    package init(name: String, fileName: String, buildCommand: String?, runCommand: String, available: Bool, install: String) {
        self.name = name
        self.fileName = fileName
        self.buildCommand = buildCommand
        self.runCommand = runCommand
        self.available = available
        self.install = install
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.name, "What it is called in requests.", example: "cpp"),
            .describe(CodingKeys.available, "Whether its tools are installed on the server."),
            .describe(CodingKeys.install, "The line that installs them on the server.", example: "apt-get install g++"),
        ]
    }
}

/// The languages.
package struct ProgramLanguages: Codable, Sendable, Hashable {
    package var data: [ProgramLanguage]

    package init(data: [ProgramLanguage]) {
        self.data = data
    }
}

/// A program to build and run.
package struct RunProgram: Codable, Sendable, Hashable, WireRules {
    package var language: String
    package var code: String
    package var arguments: [String]?
    /// What it reads from its standard input; without it that is empty.
    package var stdin: String?
    /// For the build and for the run, each.
    package var timeoutS: Int?

    package init(language: String, code: String, arguments: [String]? = nil, stdin: String? = nil, timeoutS: Int? = nil) {
        self.language = language
        self.code = code
        self.arguments = arguments
        self.stdin = stdin
        self.timeoutS = timeoutS
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.language, 1...40), .describe(CodingKeys.language, "One of the languages' names.", example: "c"),
            .length(CodingKeys.code, 1...500_000), .describe(CodingKeys.code, "The program's text."),
            .count(CodingKeys.arguments, 0...100), .elementLength(CodingKeys.arguments, 0...10_000),
            .length(CodingKeys.stdin, 0...1_000_000),
            .describe(CodingKeys.stdin, "What it reads from its standard input; without it that is empty."),
            .range(CodingKeys.timeoutS, 1...600), .defaultValue(CodingKeys.timeoutS, 60),
            .describe(CodingKeys.timeoutS, "After how many seconds the build, and then the run, is stopped."),
        ]
    }
}

/// How a program was built and run.
package struct ProgramResult: Codable, Sendable, Hashable, WireRules {
    package var build: SandboxCommand?
    /// Absent when the build failed.
    package var run: SandboxCommand?

    package init(build: SandboxCommand?, run: SandboxCommand?) {
        self.build = build
        self.run = run
    }

    package static var rules: [Rule] { [.describe(CodingKeys.run, "Absent when the build failed.")] }
}
