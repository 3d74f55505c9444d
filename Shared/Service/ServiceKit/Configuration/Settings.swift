package import HTTPClient

/// One setting as its reader declared it: the source of `--help`, and of what deployments are compared with.
package struct Setting: Sendable, Hashable {
    /// The name of the environment variable.
    package let name: String
    /// Its value when it is not given; nil: it must be given.
    package let defaultValue: String?
    /// What it means, in one line, with its unit.
    package let meaning: String
    /// Whether the value must not be shown.
    package let isSecret: Bool
}

/// Everything that is wrong with the configuration, in one message.
package struct ConfigurationError: Error, CustomStringConvertible {
    package let problems: [String]
    package var description: String { "configuration: " + problems.joined(separator: "; ") }
}

/// Reads settings from the environment and notes what was asked for and what is wrong. A configuration is a struct that reads
/// all of its settings in its initialiser; `Settings.read` throws when any was missing or wrong.
///
/// For each NAME, NAME_FILE may name a file that holds the value, as container platforms hand over secrets.
package final class Settings {
    package private(set) var declared: [Setting] = []
    private var problems: [String] = []
    private let environment: [String: String]
    private let readFile: (String) -> String?

    init(environment: [String: String], readFile: @escaping (String) -> String?) {
        self.environment = environment
        self.readFile = readFile
    }

    /// Reads a configuration; throws `ConfigurationError` with everything that is missing or wrong.
    package static func read<Configuration>(
        environment: [String: String], readFile: @escaping (String) -> String? = SystemEnvironment.readFile,
        _ make: (Settings) -> Configuration
    ) throws -> Configuration {
        let settings = Settings(environment: environment, readFile: readFile)
        let configuration = make(settings)
        if !settings.problems.isEmpty { throw ConfigurationError(problems: settings.problems) }
        return configuration
    }

    /// The settings that a configuration declares.
    package static func declared<Configuration>(by make: (Settings) -> Configuration) -> [Setting] {
        let settings = Settings(environment: [:], readFile: { _ in nil })
        _ = make(settings)
        return settings.declared
    }

    /// A text; without a default it must be given.
    package func string(_ name: String, default defaultValue: String? = nil, _ meaning: String, isSecret: Bool = false) -> String {
        declare(name, defaultValue, meaning, isSecret: isSecret)
        if let value = value(of: name) ?? defaultValue { return value }
        problems.append("\(name) is missing (\(meaning))")
        return ""
    }

    /// A text that may be absent.
    package func optionalString(_ name: String, _ meaning: String, isSecret: Bool = false) -> String? {
        declare(name, "", meaning, isSecret: isSecret)
        return value(of: name)
    }

    /// A whole number within a range.
    package func int(_ name: String, default defaultValue: Int, in range: ClosedRange<Int>, _ meaning: String) -> Int {
        declare(name, String(defaultValue), meaning, isSecret: false)
        guard let text = value(of: name) else { return defaultValue }
        if let number = Int(text), range.contains(number) { return number }
        problems.append("\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        return defaultValue
    }

    /// One of the cases of an enumeration.
    package func choice<Choice: RawRepresentable & CaseIterable>(_ name: String, default defaultValue: Choice, _ meaning: String) -> Choice
    where Choice.RawValue == String {
        let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        declare(name, defaultValue.rawValue, "\(meaning): \(all)", isSecret: false)
        guard let text = value(of: name) else { return defaultValue }
        if let choice = Choice(rawValue: text) { return choice }
        problems.append("\(name) must be one of \(all)")
        return defaultValue
    }

    /// `true` or `false`.
    package func bool(_ name: String, default defaultValue: Bool, _ meaning: String) -> Bool {
        declare(name, String(defaultValue), meaning, isSecret: false)
        guard let text = value(of: name) else { return defaultValue }
        if let flag = Bool(text) { return flag }
        problems.append("\(name) must be true or false")
        return defaultValue
    }

    /// The base URL of another service.
    package func origin(_ name: String, default defaultValue: String, _ meaning: String) -> HTTPOrigin {
        let text = string(name, default: defaultValue, meaning)
        if let origin = HTTPOrigin(text), origin.scheme == .http { return origin }
        problems.append("\(name) must be http://host:port")
        return HTTPOrigin(host: "invalid")
    }

    /// Says that something else about a setting is wrong.
    package func refuse(_ name: String, _ reason: String) {
        if value(of: name) != nil || declared.contains(where: { $0.name == name && $0.defaultValue != nil }) {
            problems.append("\(name) \(reason)")
        }
    }

    private func declare(_ name: String, _ defaultValue: String?, _ meaning: String, isSecret: Bool) {
        declared.append(Setting(name: name, defaultValue: defaultValue, meaning: meaning, isSecret: isSecret))
    }

    /// What was given; an empty value counts as not given, as compose files produce it.
    private func value(of name: String) -> String? {
        if let value = environment[name], !value.isEmpty { return value }
        guard let path = environment[name + "_FILE"], !path.isEmpty else { return nil }
        guard let text = readFile(path) else {
            problems.append("\(name)_FILE cannot be read: \(path)")
            return nil
        }
        return text
    }
}
