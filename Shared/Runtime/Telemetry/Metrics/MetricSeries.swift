/// What is counted for one set of label values.
package protocol MetricSeries: AnyObject {
    /// What the text format calls its type.
    static var kind: MetricKind { get }
    /// The value now.
    var value: MetricValue { get }
}

/// What the text format calls a metric's type.
package enum MetricKind: String, Sendable {
    case counter, gauge, histogram
}

/// The value of a series at one moment.
package enum MetricValue: Hashable, Sendable {
    /// Of a counter or a gauge.
    case number(Double)
    /// Of a histogram.
    case histogram(HistogramValue)

    /// The value of both together, as if one registry had counted for two.
    mutating func add(_ other: MetricValue) {
        switch (self, other) {
        case (.number(let left), .number(let right)): self = .number(left + right)
        case (.histogram(var left), .histogram(let right)):
            left.add(right)
            self = .histogram(left)
        case (.number, .histogram), (.histogram, .number): break
        }
    }
}

/// A number that only grows.
package final class Counter: MetricSeries {
    private var total = 0.0

    init() {}

    /// Adds to the counter; an amount below zero is ignored.
    package func increment(by amount: Double = 1) {
        if amount > 0 { total += amount }
    }

    package static var kind: MetricKind { .counter }
    package var value: MetricValue { .number(total) }
}

/// A number that goes up and down. The gauges of several loops are added up.
package final class Gauge: MetricSeries {
    private var current = 0.0

    init() {}

    /// Replaces the value.
    package func set(_ value: Double) { current = value }

    /// Adds to the value.
    package func add(_ amount: Double) { current += amount }

    package static var kind: MetricKind { .gauge }
    package var value: MetricValue { .number(current) }
}

/// How often values fell into each of several ranges.
package final class Histogram: MetricSeries {
    private var counted: HistogramValue

    init(bounds: [Double]) { counted = HistogramValue(bounds: bounds) }

    /// Counts one value; one that is not a number is ignored.
    package func observe(_ value: Double) { counted.observe(value) }

    package static var kind: MetricKind { .histogram }
    package var value: MetricValue { .histogram(counted) }

    /// Upper bounds that suit durations in seconds, from half a millisecond to a minute.
    package static let durationBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
}

/// What a histogram has counted.
package struct HistogramValue: Hashable, Sendable {
    /// The upper bounds of the ranges, ascending; one more range has none.
    package let bounds: [Double]
    /// How many values fell into each range, one more than there are bounds.
    package private(set) var counts: [UInt64]
    /// The sum of all values.
    package private(set) var sum = 0.0

    init(bounds: [Double]) {
        self.bounds = bounds.sorted()
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    mutating func observe(_ value: Double) {
        guard !value.isNaN else { return }
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }

    mutating func add(_ other: HistogramValue) {
        guard other.bounds == bounds else { return }
        for index in counts.indices { counts[index] += other.counts[index] }
        sum += other.sum
    }
}
