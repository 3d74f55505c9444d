internal import HTTPMessage
internal import HTTPServer
package import ServiceKit
package import WireProtocol

/// Shows journals to readers.
package struct JournalViewer {
    private let worker: JournalWorker

    package init(_ worker: JournalWorker) { self.worker = worker }

    /// A reader of the events after a number.
    ///
    /// - Parameter isOver: Whether these are none, and never will be.
    package func follow(
        _ journal: JournalID, in organization: OrganizationID, after last: Int = 0, isOver: Bool = false
    ) -> JournalFollower {
        JournalFollower(worker, journal, in: organization, after: last, isOver: isOver)
    }

    /// After which number a request wants events: `Last-Event-ID` goes before the query. Throws a problem 400 for no number.
    package static func start(_ after: Int?, _ context: RequestContext) throws -> Int {
        guard let text = context.request.fields["last-event-id"], !text.isEmpty else { return after ?? 0 }
        guard let number = Int(text), (0...9_007_199_254_740_991).contains(number) else {
            throw Problem(.malformedRequest, detail: "Last-Event-ID must be the number of an event")
        }
        return number
    }
}
