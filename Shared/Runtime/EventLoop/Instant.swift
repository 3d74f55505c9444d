/// A point on the loop's monotonic clock, in nanoseconds. It has no relation to the date.
package struct Instant: Comparable, Hashable, Sendable {
    package var nanoseconds: UInt64

    package init(nanoseconds: UInt64) { self.nanoseconds = nanoseconds }

    package static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// The instant `duration` later; a negative duration is earlier. Saturates at both ends.
    package static func + (instant: Instant, duration: Duration) -> Instant {
        let delta = duration.nanoseconds
        if delta < 0 {
            let back = delta.magnitude
            return Instant(nanoseconds: back > instant.nanoseconds ? 0 : instant.nanoseconds - back)
        }
        let (sum, overflow) = instant.nanoseconds.addingReportingOverflow(UInt64(delta))
        return Instant(nanoseconds: overflow ? .max : sum)
    }

    /// The time from `right` to `left`.
    package static func - (left: Instant, right: Instant) -> Duration {
        left >= right
            ? .nanoseconds(Int64(clamping: left.nanoseconds - right.nanoseconds))
            : .nanoseconds(-Int64(clamping: right.nanoseconds - left.nanoseconds))
    }
}

extension Duration {
    /// The whole duration in nanoseconds, clamped to 64 bits (292 years).
    package var nanoseconds: Int64 {
        // One division: `components` takes three of 128 bits, and deadlines are set several times a request.
        Int64(clamping: attoseconds / 1_000_000_000)
    }

    /// The duration in seconds, for metrics and logs.
    package var seconds: Double { Double(nanoseconds) / 1e9 }
}
