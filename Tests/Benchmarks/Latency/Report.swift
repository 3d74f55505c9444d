import Glibc

/// What is printed. Each percentile, and each difference to the first server's, is taken within a round; printed are the medians of the
/// rounds, and between what the middle half of the differences lies.
struct Report {
    private let names: [String]
    private let exchanges: [[[Exchange]]]
    private let pauses: [Pauses]

    /// The exchanges of each server in each round, and the pauses of each core.
    init(_ names: [String], _ exchanges: [[[Exchange]]], _ pauses: [Pauses]) {
        (self.names, self.exchanges, self.pauses) = (names, exchanges, pauses)
    }

    func show() {
        print("every request:")
        show(exchanges)
        guard !pauses.isEmpty else { return print("real-time priority is not allowed, so pauses of the machine are not told apart") }
        let parts = pauses.map { "\(rounded($0.part * 100)) %" }.joined(separator: " and ")
        print("the cores stood still for \(parts) of the time; without the requests that met that, of whichever server:")
        show(exchanges.map { $0.map { $0.filter { exchange in !pauses.contains { $0.meet(exchange) } } } })
    }

    private func show(_ exchanges: [[[Exchange]]]) {
        let times = exchanges.map { $0.map { $0.map(\.milliseconds).sorted() } }
        for (index, name) in names.enumerated() {
            var line = name + String(repeating: " ", count: max(1, 10 - name.count))
            for (title, part) in [("p50", 0.5), ("p99", 0.99)] {
                let values = times[index].map { at(part, of: $0) }
                line += "\(title) \(rounded(at(0.5, of: values.sorted()))) ms"
                if index > 0 {
                    let added = zip(values, times[0]).map { $0 - at(part, of: $1) }.sorted()
                    line += ", adds \(rounded(at(0.5, of: added))) (\(rounded(at(0.25, of: added))) to \(rounded(at(0.75, of: added))))"
                }
                line += "; "
            }
            let (counted, all) = (times[index].joined().count, self.exchanges[index].joined().count)
            print(line + "\(counted) of \(all) requests")
        }
    }

    private func at(_ part: Double, of sorted: [Double]) -> Double {
        sorted.isEmpty ? .nan : sorted[Int((part * Double(sorted.count - 1)).rounded())]
    }

    private func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
}
