/// A memory of bounded size that forgets first what nobody has asked for lately.
///
/// It has two generations: what is asked for moves to the younger one, and when that is full the older one goes, as a whole. So it
/// costs the same for each value however many there are, and no crowd of new values pushes out those that are in use.
package struct RecentCache<Key: Hashable, Value> {
    private var younger: [Key: Value] = [:]
    private var older: [Key: Value] = [:]
    private let generationSize: Int

    /// A memory of at most `capacity` values, and at least half as many.
    package init(capacity: Int) { generationSize = max(1, capacity / 2) }

    /// What is remembered for a key.
    package mutating func value(for key: Key) -> Value? {
        if let value = younger[key] { return value }
        guard let place = older.index(forKey: key) else { return nil }
        // The key that was stored, not the one that is asked with, which may hold on to more.
        let (stored, value) = older.remove(at: place)
        store(value, for: stored)
        return value
    }

    /// Remembers a value in place of what was remembered for the key.
    package mutating func store(_ value: Value, for key: Key) {
        if younger.count >= generationSize, younger[key] == nil {
            older = younger
            younger = [:]
        }
        younger[key] = value
    }

    /// Forgets what is remembered for a key.
    package mutating func remove(_ key: Key) {
        younger[key] = nil
        older[key] = nil
    }
}
