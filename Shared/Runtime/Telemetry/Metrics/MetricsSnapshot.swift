/// What one registry, or several together, had counted at one moment.
package struct MetricsSnapshot: Sendable {
    struct Family: Sendable {
        let kind: MetricKind
        let help: String
        let labels: [String]
        var series: [[String]: MetricValue]
    }

    private(set) var families: [String: Family] = [:]

    /// Nothing counted yet.
    package init() {}

    init(families: [String: Family]) { self.families = families }

    /// Adds what another registry has counted.
    package mutating func merge(_ other: MetricsSnapshot) {
        for (name, theirs) in other.families {
            guard var ours = families[name] else {
                families[name] = theirs
                continue
            }
            guard ours.kind == theirs.kind, ours.labels == theirs.labels else { continue }
            ours.series.merge(theirs.series) { left, right in
                var sum = left
                sum.add(right)
                return sum
            }
            families[name] = ours
        }
    }

    /// The media type of `prometheusText`.
    package static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

    /// The text that Prometheus reads, sorted by name and label values.
    package func prometheusText() -> [UInt8] {
        var text = PrometheusText()
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text.begin(name, help: family.help, kind: family.kind)
            for (values, value) in family.series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                text.write(name, labels: Array(zip(family.labels, values)), value)
            }
        }
        return Array(text.output.utf8)
    }
}
