/// A bounded queue between tasks of one loop: the sender waits while it is full, the receiver while it is empty.
/// For one receiver at a time.
package final class Channel<Element> {
    private let capacity: Int
    private var elements: [Element] = []
    private var head = 0
    private var end: Result<Void, any Error>?
    private let roomMade: Signal
    private let arrived: Signal

    package init(on loop: EventLoop, capacity: Int) {
        self.capacity = max(1, capacity)
        roomMade = Signal(on: loop)
        arrived = Signal(on: loop)
    }

    /// How many elements wait.
    package var count: Int { elements.count - head }

    /// Adds an element; waits while the channel is full. Returns false, and drops it, when the channel is finished.
    @discardableResult
    package func send(_ element: Element) async throws -> Bool {
        try await roomMade.wait { end == nil && count >= capacity }
        return trySendIgnoringCapacity(element)
    }

    /// Adds an element even when the channel is full, for senders that cannot wait and are bounded by something else.
    @discardableResult
    package func trySendIgnoringCapacity(_ element: Element) -> Bool {
        guard end == nil else { return false }
        elements.append(element)
        arrived.notify()
        return true
    }

    /// No more elements will come; those that wait are still delivered, then the error, if any.
    package func finish(throwing error: (any Error)? = nil) {
        guard end == nil else { return }
        end = error.map { .failure($0) } ?? .success(())
        arrived.notify()
        roomMade.notify()
    }

    /// The next element, or nil at the end; waits while there is none.
    package func next() async throws -> Element? {
        try await arrived.wait { end == nil && count == 0 }
        if count > 0 { return takeFirst() }
        try end?.get()
        return nil
    }

    /// The next element if one is there.
    package func nextIfAvailable() -> Element? { count == 0 ? nil : takeFirst() }

    private func takeFirst() -> Element {
        let element = elements[head]
        head += 1
        if head == elements.count {
            elements.removeAll(keepingCapacity: true)
            head = 0
        } else if head > 64, head * 2 > elements.count {
            elements.removeFirst(head)
            head = 0
        }
        roomMade.notify()
        return element
    }
}
