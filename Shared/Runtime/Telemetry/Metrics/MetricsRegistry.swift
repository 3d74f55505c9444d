/// The metrics of one loop. Each loop counts for itself, without a lock; `MetricsCollector` adds them up when they are asked for.
package final class MetricsRegistry {
    private struct Entry {
        let kind: MetricKind
        let help: String
        let labels: [String]
        let family: AnyObject
        let read: () -> [[String]: MetricValue]
    }

    private var entries: [String: Entry] = [:]

    /// A registry without metrics.
    package init() {}

    /// The counter of this name, made at the first call.
    package func counter(_ name: String, help: String) -> Counter { counters(name, help: help, labels: []).labelled() }

    /// The counters of this name, one for each set of label values.
    package func counters(_ name: String, help: String, labels: [String]) -> MetricFamily<Counter> {
        family(name, help, labels) { Counter() }
    }

    /// The gauge of this name.
    package func gauge(_ name: String, help: String) -> Gauge { gauges(name, help: help, labels: []).labelled() }

    /// The gauges of this name, one for each set of label values.
    package func gauges(_ name: String, help: String, labels: [String]) -> MetricFamily<Gauge> {
        family(name, help, labels) { Gauge() }
    }

    /// The histogram of this name.
    package func histogram(_ name: String, help: String, bounds: [Double] = Histogram.durationBounds) -> Histogram {
        histograms(name, help: help, labels: [], bounds: bounds).labelled()
    }

    /// The histograms of this name, one for each set of label values.
    package func histograms(
        _ name: String, help: String, labels: [String], bounds: [Double] = Histogram.durationBounds
    ) -> MetricFamily<Histogram> {
        family(name, help, labels) { Histogram(bounds: bounds) }
    }

    private func family<Series>(
        _ name: String, _ help: String, _ labels: [String], _ make: @escaping () -> Series
    ) -> MetricFamily<Series> {
        precondition(Self.isName(name) && labels.allSatisfy(Self.isName), "\(name): not the name of a metric, or a label's is none")
        if let known = entries[name] {
            guard let family = known.family as? MetricFamily<Series>, known.labels == labels else {
                preconditionFailure("\(name) is another kind of metric already")
            }
            return family
        }
        let family = MetricFamily(labels: labels, makeSeries: make)
        entries[name] = Entry(kind: Series.kind, help: help, labels: labels, family: family, read: family.read)
        return family
    }

    private static func isName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy {
            (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == UInt8(ascii: "_")
        }
    }

    /// What has been counted until now.
    package func snapshot() -> MetricsSnapshot {
        MetricsSnapshot(
            families: entries.mapValues { entry in
                MetricsSnapshot.Family(kind: entry.kind, help: entry.help, labels: entry.labels, series: entry.read())
            })
    }
}
