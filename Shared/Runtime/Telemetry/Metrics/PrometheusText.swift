/// Writes the Prometheus text exposition format, version 0.0.4.
struct PrometheusText {
    private(set) var output = ""

    mutating func begin(_ name: String, help: String, kind: MetricKind) {
        output += "# HELP \(name) \(Self.escaped(help, quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func write(_ name: String, labels: [(String, String)], _ value: MetricValue) {
        switch value {
        case .number(let number):
            line(name, labels, number)
        case .histogram(let histogram):
            var count: UInt64 = 0
            for (bound, counted) in zip(histogram.bounds + [.infinity], histogram.counts) {
                count += counted
                line(name + "_bucket", labels + [("le", Self.text(of: bound))], Double(count))
            }
            line(name + "_sum", labels, histogram.sum)
            line(name + "_count", labels, Double(count))
        }
    }

    private mutating func line(_ name: String, _ labels: [(String, String)], _ value: Double) {
        output += name
        if !labels.isEmpty {
            output += "{"
            output += labels.map { "\($0)=\"\(Self.escaped($1, quotes: true))\"" }.joined(separator: ",")
            output += "}"
        }
        output += " \(Self.text(of: value))\n"
    }

    private static func text(of number: Double) -> String {
        if number == .infinity { return "+Inf" }
        if number == -.infinity { return "-Inf" }
        if number.isNaN { return "NaN" }
        return number.magnitude < 1e15 && number == number.rounded() ? String(Int64(number)) : number.description
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
