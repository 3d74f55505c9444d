import EventLoop
import Glibc

/// Times of one kind of thing.
struct Figures {
    private var seconds: [Double] = []

    /// Runs `body` and keeps how long it took.
    mutating func measure<T>(_ loop: EventLoop, _ body: () async throws -> T) async throws -> T {
        let start = loop.preciseNow
        let value = try await body()
        seconds.append((loop.preciseNow - start).seconds)
        return value
    }

    /// In milliseconds.
    func quantile(_ part: Double) -> Double {
        let sorted = seconds.sorted()
        return sorted.isEmpty ? 0 : sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))] * 1000
    }
}

/// One line of the table: what was asked for, and what was measured.
func show(_ title: String, asked: String, measured: String) {
    func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(1, width - text.count)) }
    print("| " + padded(title, 58) + "| " + padded(asked, 24) + "| " + padded(measured, 34) + "|")
    fflush(nil)
}

func milliseconds(_ figures: Figures) -> String {
    "p50 \(rounded(figures.quantile(0.5))) ms, p99 \(rounded(figures.quantile(0.99))) ms"
}

func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
