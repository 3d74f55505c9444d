/// How much a log line matters, from the least on. The name stands in the line.
package enum LogLevel: String, Comparable, Sendable, CaseIterable {
    case debug, info, warning, error

    private var weight: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }

    /// Whether the left level matters less.
    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.weight < right.weight }
}
