internal import Cryptography
internal import JSON
internal import WireProtocol

/// A file to read.
struct ReadFileArguments: Codable, Sendable, WireRules {
    var path: String
    var offset: Int?
    var limit: Int?

    static var rules: [Rule] {
        [
            .length(CodingKeys.path, 1...4096), .describe(CodingKeys.path, "Absolute, or from /home/user."),
            .range(CodingKeys.offset, 0...1_000_000_000), .defaultValue(CodingKeys.offset, 0),
            .describe(CodingKeys.offset, "How many bytes are passed over."),
            .range(CodingKeys.limit, 1...1_000_000), .defaultValue(CodingKeys.limit, .int(FileTools.defaultLimit)),
            .describe(CodingKeys.limit, "How many bytes are read at most."),
        ]
    }
}

/// A file to write.
struct WriteFileArguments: Codable, Sendable, WireRules {
    var path: String
    var content: String
    var append: Bool?

    static var rules: [Rule] {
        [
            .length(CodingKeys.path, 1...4096), .describe(CodingKeys.path, "Absolute, or from /home/user. Missing folders are made."),
            .length(CodingKeys.content, 0...500_000), .describe(CodingKeys.content, "The text."),
            .defaultValue(CodingKeys.append, false), .describe(CodingKeys.append, "Whether it is added at the end of what is there."),
        ]
    }
}

/// A folder to look into.
struct ListFilesArguments: Codable, Sendable, WireRules {
    var path: String?
    var depth: Int?

    static var rules: [Rule] {
        [
            .length(CodingKeys.path, 1...4096), .defaultValue(CodingKeys.path, "/home/user"),
            .describe(CodingKeys.path, "Absolute, or from /home/user."),
            .range(CodingKeys.depth, 1...16), .defaultValue(CodingKeys.depth, 1),
            .describe(CodingKeys.depth, "How many levels are listed."),
        ]
    }
}

/// The tools for the files of a sandbox. They are programs in it, and can do there what its owner can, no more.
enum FileTools {
    static let defaultLimit = 100_000

    static func make() throws -> [ToolDefinition] {
        [
            try ToolDefinition(
                "read_file", "Reads a text file of the sandbox.", kind: .files, needsSandbox: true, requires: [.bash],
                takes: ReadFileArguments.self
            ) { arguments in
                let (offset, limit) = (arguments.offset ?? 0, arguments.limit ?? defaultLimit)
                return inHome(
                    "f=\(Shell.quoted(arguments.path)); test -f \"$f\" || { cat < \"$f\"; exit 1; }; "
                        + "tail -c +\(offset + 1) < \"$f\" | head -c \(limit)")
            },
            try ToolDefinition(
                "write_file", "Writes a text file of the sandbox; what was there before is replaced.", kind: .files, needsSandbox: true,
                requires: [.bash], takes: WriteFileArguments.self
            ) { arguments in
                // In base 64 no byte of the text means anything to the shell.
                let content = Base64.encode(Array(arguments.content.utf8))
                return inHome(
                    "f=\(Shell.quoted(arguments.path)); mkdir -p -- \"$(dirname -- \"$f\")\" && "
                        + "printf %s \(Shell.quoted(content)) | base64 -d \(arguments.append == true ? ">>" : ">") \"$f\" && "
                        + "printf 'wrote %s\\n' \"$f\"")
            },
            try ToolDefinition(
                "list_files", "Lists a folder of the sandbox: kind (f file, d folder, l link), size in bytes, path.", kind: .files,
                needsSandbox: true, requires: [.bash], takes: ListFilesArguments.self
            ) { arguments in
                inHome(
                    "f=\(Shell.quoted(arguments.path ?? ".")); cd -- \"$f\" && "
                        + "find . -mindepth 1 -maxdepth \(arguments.depth ?? 1) -printf '%y %s %P\\n' | sort -k 3")
            },
        ]
    }

    /// In a shell of its own: folder and variables of the interpreter stay as they are.
    private static func inHome(_ commands: String) -> ToolProgram {
        ToolProgram(language: .bash, code: "( cd /home/user; \(commands) )")
    }
}

/// Text for a shell.
enum Shell {
    /// One word, whatever is in it.
    static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
