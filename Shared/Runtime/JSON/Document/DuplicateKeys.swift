/// A 64-bit filter that tells most objects from those that may repeat a key, for a few instructions a key.
struct KeyFilter {
    private var seen: UInt64 = 0
    private(set) var mayRepeat = false

    @inline(__always)
    mutating func insert(_ key: Node, of text: Span<UInt8>) {
        guard key.kind == .string, key.end > key.start else {
            mayRepeat = true
            return
        }
        let first = UInt32(text[Int(key.start)])
        let middle = UInt32(text[Int((key.start + key.end) / 2)])
        let last = UInt32(text[Int(key.end) - 1])
        let mixed = (first &+ middle &* 31 &+ last &* 17 &+ (key.end - key.start) &* 7) & 63
        if seen & (1 << mixed) != 0 { mayRepeat = true }
        seen |= 1 << mixed
    }
}

/// The first key that an earlier one equals, once escapes are undone.
func firstDuplicateKey(of object: Int, on tape: borrowing Tape, text: Span<UInt8>) -> Int? {
    var keys: [Int] = []
    var hasEscapes = false
    var key = object + 1
    while key < Int(tape[object].next) {
        keys.append(key)
        if tape[key].kind == .escapedString { hasEscapes = true }
        key = Int(tape[key + 1].next)
    }
    if keys.count <= 16 && !hasEscapes { return firstDuplicateByComparing(keys, on: tape, text: text) }
    return firstDuplicateByHashing(keys, on: tape, text: text)
}

private func firstDuplicateByComparing(_ keys: [Int], on tape: borrowing Tape, text: Span<UInt8>) -> Int? {
    for (index, key) in keys.enumerated() {
        let name = text.extracting(tape[key].range)
        for earlier in keys[..<index] where isEqual(text.extracting(tape[earlier].range), name) { return key }
    }
    return nil
}

/// An open-addressing table of hashes; the hash is keyed per process, so that nobody can choose keys that collide.
private func firstDuplicateByHashing(_ keys: [Int], on tape: borrowing Tape, text: Span<UInt8>) -> Int? {
    var capacity = 32
    while capacity < keys.count * 2 { capacity *= 2 }
    var slots = [(hash: Int, key: Int)](repeating: (0, 0), count: capacity)  // no key is at 0: the root is
    for key in keys {
        let name = unescaped(text.extracting(tape[key].range))
        var hasher = Hasher()
        name.withUnsafeBytes { hasher.combine(bytes: $0) }
        let hash = hasher.finalize()
        var slot = hash & (capacity - 1)
        while slots[slot].key != 0 {
            if slots[slot].hash == hash, unescaped(text.extracting(tape[slots[slot].key].range)) == name { return key }
            slot = (slot + 1) & (capacity - 1)
        }
        slots[slot] = (hash, key)
    }
    return nil
}
