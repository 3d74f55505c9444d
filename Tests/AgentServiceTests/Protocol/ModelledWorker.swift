import AgentService
import Journal
import WireProtocol

/// A worker as the protocol sees it: the real machine, and what is under way between it and the world.
struct ModelledWorker: Hashable {
    enum Operation: Hashable {
        /// To be sent.
        case send(JournalAppend)
        /// Written or not; the acknowledgement is under way.
        case acknowledge(written: Bool)
        case readPosition(after: JournalAppend)
        /// Read; the answer is under way.
        case deliver(JournalPosition)
    }

    enum Call: Hashable {
        /// To be begun once the lease is looked at.
        case model
        case code(ToolCall)
        /// The lease was looked at; the call is not yet out.
        case checkedCode(ToolCall)
        /// Under way: the next piece to come.
        case streamingModel(call: Int, piece: Int)
        case streamingCode(piece: Int)
        case use(ToolUse)
        case checkedUse(ToolUse)
        /// The tool has done it; the answer is under way.
        case answering(ToolUse)
        /// What a person said is to be read.
        case awaiting
        case waiting
        case flushing
    }

    /// An incarnation has an id of its own.
    var id: Int
    var isUp = true
    var machine: RunMachine?
    var operations: [Operation] = []
    var calls: [Call] = []
    /// By its own clock, the last acknowledged beat is younger than the lease.
    var isFresh = true
    /// Since its lease was last in doubt it has seen that it still holds the run.
    var isConfirmed = true
    var hasBeenToldToCancel = false

    init(id: Int) { self.id = id }

    /// Forgets the run.
    mutating func drop() {
        machine = nil
        operations = []
        calls = []
        hasBeenToldToCancel = false
        isConfirmed = true
    }
}
