import Foundation

/// `deploy/Dockerfile`, read as far as it takes to know what is in an image.
struct Dockerfile {
    struct Instruction: Equatable {
        var keyword: String
        var text: String
    }

    struct Stage: Equatable {
        var name: String
        /// An image from elsewhere, or an earlier stage.
        var base: String
        var instructions: [Instruction] = []
    }

    /// Something that an image has from the context, or from another stage.
    struct Copy: Equatable {
        var stage: String?
        var sources: [String]
        var destination: String
    }

    let stages: [Stage]

    init() throws { try self.init(Repository.text("deploy/Dockerfile")) }

    init(_ text: String) throws {
        var stages: [Stage] = []
        for line in Self.logicalLines(text) {
            let parts = line.split(separator: " ", maxSplits: 1)
            let instruction = Instruction(keyword: String(parts[0]), text: parts.count > 1 ? String(parts[1]) : "")
            if instruction.keyword == "FROM" {
                guard let match = instruction.text.wholeMatch(of: /(\S+) AS (\S+)/) else {
                    throw Command.Failure(description: "a stage without a name: \(line)")
                }
                stages.append(Stage(name: String(match.2), base: String(match.1)))
            } else {
                guard !stages.isEmpty else { throw Command.Failure(description: "an instruction before the first stage: \(line)") }
                stages[stages.count - 1].instructions.append(instruction)
            }
        }
        self.stages = stages
    }

    /// Lines without comments, those that end in a backslash put together.
    private static func logicalLines(_ text: String) -> [String] {
        var lines: [String] = []
        var isOpen = false
        for line in text.split(separator: "\n").map({ $0.trimmingCharacters(in: .whitespaces) }) where !line.hasPrefix("#") && !line.isEmpty
        {
            let content = line.hasSuffix("\\") ? line.dropLast().trimmingCharacters(in: .whitespaces) : line
            if isOpen { lines[lines.count - 1] += " " + content } else { lines.append(content) }
            isOpen = line.hasSuffix("\\")
        }
        return lines
    }

    /// The instructions of a stage after those of the stages that it stands on, and the image at the bottom.
    func image(_ name: String) throws -> (base: String, instructions: [Instruction]) {
        guard let stage = stages.first(where: { $0.name == name }) else { throw Command.Failure(description: "there is no stage \(name)") }
        guard stages.contains(where: { $0.name == stage.base }) else { return (stage.base, stage.instructions) }
        let below = try image(stage.base)
        return (below.base, below.instructions + stage.instructions)
    }

    /// What `ENV` sets.
    func environment(_ name: String) throws -> [String: String] {
        var environment: [String: String] = [:]
        for instruction in try image(name).instructions where instruction.keyword == "ENV" {
            for pair in instruction.text.split(separator: " ") {
                let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
                guard parts.count == 2 else { throw Command.Failure(description: "ENV is not understood: \(instruction.text)") }
                environment[parts[0]] = parts[1]
            }
        }
        return environment
    }

    /// The user at the end.
    func user(_ name: String) throws -> String? { try image(name).instructions.last { $0.keyword == "USER" }?.text }

    /// The program in the form of a list.
    func entrypoint(_ name: String) throws -> [String] { try list("ENTRYPOINT", name) }

    /// What the health check runs.
    func healthCheck(_ name: String) throws -> [String] {
        guard let text = try image(name).instructions.last(where: { $0.keyword == "HEALTHCHECK" })?.text,
            let command = text.firstRange(of: "CMD ")
        else { throw Command.Failure(description: "\(name) has no health check") }
        return try JSONDecoder().decode([String].self, from: Data(text[command.upperBound...].utf8))
    }

    private func list(_ keyword: String, _ name: String) throws -> [String] {
        guard let text = try image(name).instructions.last(where: { $0.keyword == keyword })?.text else { return [] }
        return try JSONDecoder().decode([String].self, from: Data(text.utf8))
    }
}

extension Dockerfile.Instruction {
    /// The packages that `RUN apt-get … install` installs; nil when it is something else.
    var packages: [String]? { packages(with: []) }

    /// The same for an image that is built with these arguments.
    func packages(with arguments: Set<String>) -> [String]? {
        guard keyword == "RUN", let install = text.firstRange(of: "apt-get install ") else { return nil }
        let words = text[install.upperBound...].prefix { $0 != "&" }
        let given = words.replacing(/\$\{(\w+):\+([^}]*)\}/) { arguments.contains(String($0.1)) ? $0.2 : "" }
        return given.split(separator: " ").map(String.init).filter { !$0.hasPrefix("-") }
    }

    var copy: Dockerfile.Copy? {
        guard keyword == "COPY" else { return nil }
        var words = text.split(separator: " ").map(String.init)
        var stage: String?
        if let first = words.first, first.hasPrefix("--from=") {
            stage = String(first.dropFirst("--from=".count))
            words.removeFirst()
        }
        guard words.count >= 2 else { return nil }
        return Dockerfile.Copy(stage: stage, sources: Array(words.dropLast()), destination: words[words.count - 1])
    }
}
