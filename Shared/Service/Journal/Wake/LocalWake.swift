/// Wakes this loop only; other replicas find out by their polls.
package final class LocalWake: Wake {
    private var receivers: [(WakeNote) -> Void] = []

    package init() {}

    package func send(_ note: WakeNote) { for receive in receivers { receive(note) } }

    package func receive(_ receive: @escaping (WakeNote) -> Void) { receivers.append(receive) }
}
