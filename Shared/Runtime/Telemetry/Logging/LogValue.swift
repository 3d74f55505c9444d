/// The value of a field of a log line.
package enum LogValue: Sendable {
    /// Text; what is too long is cut.
    case string(String)
    /// A whole number.
    case int(Int)
    /// A number; `null` if it is not finite.
    case double(Double)
    /// A truth value.
    case bool(Bool)

    /// What an error says of itself.
    package static func error(_ error: any Error) -> LogValue { .string(String(describing: error)) }
}

extension LogValue: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral
{
    /// Text written in the source.
    package init(stringLiteral value: String) { self = .string(value) }
    /// A number written in the source.
    package init(integerLiteral value: Int) { self = .int(value) }
    /// A number written in the source.
    package init(floatLiteral value: Double) { self = .double(value) }
    /// A truth value written in the source.
    package init(booleanLiteral value: Bool) { self = .bool(value) }
}
