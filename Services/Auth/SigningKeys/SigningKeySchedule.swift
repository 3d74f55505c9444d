/// When keys that sign are made, begin to sign, and are forgotten: a pure rule over their times, in microseconds since 1970.
///
/// A key is published for a while before it signs, so that verifiers know it when they meet it first, and after it has been replaced
/// until the last token that it signed has expired. The very first key signs at once.
package enum SigningKeySchedule {
    /// How long a key signs before the next one does.
    package static let signsFor: Int64 = 30 * 24 * 3600 * second
    /// How long a key is published before it signs.
    package static let publishedBefore: Int64 = 3600 * second
    private static let second: Int64 = 1_000_000

    /// When the key to be made now begins to sign; nil when none is due.
    package static func nextKey(signsFrom times: [Int64], now: Int64) -> Int64? {
        guard let newest = times.max() else { return now }
        guard newest + signsFor - publishedBefore <= now else { return nil }
        return max(newest + signsFor, now + publishedBefore)
    }

    /// Which of the keys signs now: the newest whose time has come. A clock that was set back leaves the oldest.
    package static func signing(signsFrom times: [Int64], now: Int64) -> Int? {
        let come = times.indices.filter { times[$0] <= now }
        return come.max { times[$0] < times[$1] } ?? times.indices.min { times[$0] < times[$1] }
    }

    /// Which keys no living token can have been signed with.
    package static func forgotten(signsFrom times: [Int64], now: Int64) -> [Int] {
        let longestLife = Int64(TokenLifetimes.revocation) * second
        return times.indices.filter { index in
            guard let successor = times.filter({ $0 > times[index] }).min() else { return false }
            return successor + longestLife <= now
        }
    }
}
