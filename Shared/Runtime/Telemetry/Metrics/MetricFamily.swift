/// A metric with labels. Labels are of low cardinality by contract: routes, methods, states; never ids.
package final class MetricFamily<Series: MetricSeries> {
    private let labels: [String]
    private let makeSeries: () -> Series
    private var series: [[String]: Series] = [:]

    /// The number of series after which new label values are counted together: a mistake must not eat the memory.
    private let maximumSeries = 1000

    init(labels: [String], makeSeries: @escaping () -> Series) {
        self.labels = labels
        self.makeSeries = makeSeries
    }

    /// The series of these label values, one for each label in order. On a hot path keep it rather than look it up.
    package func labelled(_ values: String...) -> Series {
        var values = values
        if let known = series[values] { return known }
        precondition(values.count == labels.count, "a value for each of the labels \(labels)")
        if series.count >= maximumSeries, !labels.isEmpty { values = labels.map { _ in "other" } }
        if let known = series[values] { return known }
        let made = makeSeries()
        series[values] = made
        return made
    }

    func read() -> [[String]: MetricValue] { series.mapValues(\.value) }
}
