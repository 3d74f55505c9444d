/// How many of something should wait ready: more after it ran out, less after a while in which some were never needed.
struct StockLevel {
    private(set) var target: Int
    private let bounds: ClosedRange<Int>
    /// The fewest that were ready since the last look.
    private var low: Int

    init(_ bounds: ClosedRange<Int>) {
        self.bounds = bounds
        target = bounds.lowerBound
        low = target
    }

    /// One was taken; so many are left.
    mutating func took(left: Int) { low = min(low, left) }

    /// One was wanted and there was none.
    mutating func ranOut() {
        low = 0
        target = min(bounds.upperBound, max(1, target * 2))
    }

    /// To be called now and then: lets go of half of what was not needed since the last time.
    mutating func look(ready: Int) {
        target = max(bounds.lowerBound, target - (low + 1) / 2)
        low = min(ready, target)
    }
}
