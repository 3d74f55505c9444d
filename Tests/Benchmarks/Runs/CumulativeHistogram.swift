/// A histogram without labels of its own, as the text format of metrics gives it.
struct CumulativeHistogram {
    /// The upper bound of each range, ascending, the last infinite; and how many values were at most so great.
    let cumulative: [(bound: Double, count: Double)]

    struct Missing: Error {
        let name: String
    }

    init(_ name: String, in text: String) throws {
        let prefix = name + #"_bucket{le=""#
        cumulative = text.split(separator: "\n").filter { $0.hasPrefix(prefix) }.compactMap { line in
            let parts = line.dropFirst(prefix.count).split(separator: "\"} ")
            guard parts.count == 2, let count = Double(parts[1]) else { return nil }
            return (parts[0] == "+Inf" ? .infinity : Double(parts[0]) ?? .nan, count)
        }
        if cumulative.isEmpty { throw Missing(name: name) }
    }

    private init(_ cumulative: [(bound: Double, count: Double)]) { self.cumulative = cumulative }

    /// What was counted after an earlier state of the same histogram.
    func since(_ earlier: CumulativeHistogram) -> CumulativeHistogram {
        CumulativeHistogram(zip(cumulative, earlier.cumulative).map { ($0.bound, $0.count - $1.count) })
    }

    /// How many values there are.
    var count: Double { cumulative.last?.count ?? 0 }

    /// The value below which this part of all values is, as if those of a range were spread evenly in it.
    func quantile(_ part: Double) -> Double {
        var (lower, below) = (0.0, 0.0)
        for (bound, count) in cumulative {
            if count >= part * self.count, count > below {
                return bound.isFinite ? lower + (bound - lower) * (part * self.count - below) / (count - below) : lower
            }
            (lower, below) = (bound, count)
        }
        return .nan
    }
}
