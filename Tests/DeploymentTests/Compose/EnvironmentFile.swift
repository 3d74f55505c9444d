import Foundation

/// A file of `NAME=value` lines, as docker compose reads it.
struct EnvironmentFile {
    var values: [String: String] = [:]
    var names: [String] = []

    init(_ text: String) {
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            let name = String(line[..<equals])
            names.append(name)
            values[name] = String(line[line.index(after: equals)...])
        }
    }
}
