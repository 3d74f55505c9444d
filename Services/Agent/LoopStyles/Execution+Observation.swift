internal import WireProtocol

extension Execution {
    /// What the model is told of it.
    package var observation: String {
        var lines: [String] = []
        if wasReset { lines.append("The sandbox was started anew: variables and files of before are gone.") }
        let text = output.text
        if text.isEmpty {
            lines.append("The code printed nothing.")
        } else {
            lines.append("Output of the code:\n```\n\(text)\(text.hasSuffix("\n") ? "" : "\n")```")
        }
        if let ending { lines.append(ending) }
        if !files.isEmpty { lines.append("Saved for the user: " + files.map(\.name).joined(separator: ", ")) }
        if let unsaved { lines.append(unsaved) }
        if endedWell { lines.append(Self.request) }
        return lines.joined(separator: "\n")
    }

    /// A small model goes on to write the same code again, unless it is asked for the answer: 5 times of 6 with SmolLM2-135M, with this never.
    private static let request = "Now say the answer in plain words."

    /// Whether it ended by itself, and said that all went well.
    var endedWell: Bool { end.map { $0.outcome == .exited && $0.exitCode == 0 } ?? false }

    /// That not all was saved, when it was not.
    var unsaved: String? { end?.unsavedFiles.map { "More files than can be saved: \($0) were not." } }

    /// How it ended, when not well.
    var ending: String? {
        guard let end else { return nil }
        switch end.outcome {
        case .exited, .unknown: return end.exitCode == 0 ? nil : "It ended with exit code \(end.exitCode)."
        case .timedOut: return "It was stopped because it took too long."
        case .memoryExceeded: return "It was stopped because it used too much memory."
        case .diskExceeded: return "It was stopped because it wrote too much to files."
        case .outputExceeded: return "It was stopped because it printed too much."
        case .processesExceeded: return "It was stopped because it started too many processes."
        case .processorExceeded: return "It was stopped because the sandbox has used up its processor time."
        case .cancelled: return "It was stopped."
        case .sandboxLost: return "The sandbox was lost under it. It is not known how far it came; variables and files are gone."
        }
    }
}
