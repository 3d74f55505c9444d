internal import CSystem
internal import Glibc

/// A loop's random numbers: the kernel's, or a reproducible sequence from a seed.
package struct RandomSource: RandomNumberGenerator {
    /// nil: the kernel's, through a buffer.
    private var state: (UInt64, UInt64, UInt64, UInt64)?
    private var buffer: [UInt64] = []

    /// Numbers from the kernel's generator, fit for secrets.
    package static func system() -> RandomSource { RandomSource() }

    /// The same numbers for the same seed (xoshiro256**, Blackman and Vigna 2018, seeded by SplitMix64). Not for secrets.
    package static func seeded(_ seed: UInt64) -> RandomSource {
        var source = RandomSource()
        var word = seed
        func splitMix() -> UInt64 {
            word &+= 0x9e37_79b9_7f4a_7c15
            var mixed = word
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
        source.state = (splitMix(), splitMix(), splitMix(), splitMix())
        return source
    }

    /// 64 random bits.
    package mutating func next() -> UInt64 {
        if state != nil { return nextSeeded() }
        if buffer.isEmpty { refill() }
        return buffer.removeLast()
    }

    private mutating func nextSeeded() -> UInt64 {
        guard var (s0, s1, s2, s3) = state else { return 0 }
        func rotate(_ value: UInt64, _ by: UInt64) -> UInt64 { value << by | value >> (64 - by) }
        let result = rotate(s1 &* 5, 7) &* 9
        let shifted = s1 << 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= shifted
        s3 = rotate(s3, 45)
        state = (s0, s1, s2, s3)
        return result
    }

    private mutating func refill() {
        buffer = [UInt64](repeating: 0, count: 32)
        var filled = 0
        let wanted = buffer.count * 8
        while filled < wanted {
            let count = unsafe buffer.withUnsafeMutableBytes {
                unsafe getrandom($0.baseAddress.map { unsafe $0 + filled }, wanted - filled, 0)
            }
            if count > 0 { filled += count } else { precondition(errno == EINTR, "getrandom: errno \(errno)") }
        }
    }

    /// `count` random bytes.
    package mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count + 8)
        while bytes.count < count { unsafe withUnsafeBytes(of: next()) { unsafe bytes.append(contentsOf: $0) } }
        bytes.removeLast(bytes.count - count)
        return bytes
    }
}

extension EventLoop {
    /// A new UUIDv7 (RFC 9562) as two words: 48 bits of milliseconds, then version, variant and 74 random bits.
    package func makeID() -> (high: UInt64, low: UInt64) {
        let milliseconds = UInt64(clamping: wallClock / 1000) & 0xffff_ffff_ffff
        let high = milliseconds << 16 | 0x7000 | random.next() & 0x0fff
        let low = random.next() >> 2 | 0x8000_0000_0000_0000
        return (high, low)
    }
}
