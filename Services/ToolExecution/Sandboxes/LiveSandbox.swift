internal import EventLoop
internal import WireProtocol

/// A sandbox that runs in this process.
final class LiveSandbox {
    let id: SandboxID
    let owner: SandboxOwner
    let process: SandboxProcess
    let loop: EventLoop
    /// After how long without use it ends.
    var idleTimeout: Duration
    /// When it ends whether it is used or not.
    var deadline: Instant?
    /// Variables of everything that runs in it.
    var environment: [String: String] = [:]
    let contexts: ContextTable
    /// Watches that somebody asks for now and then.
    var watchers: [String: SandboxWatch] = [:]
    private var executions = 0
    let log: SandboxLog
    /// Its way to the outside; nil when it has none.
    var network: EgressSession?
    /// The evaluation in progress, to be cancelled.
    var evaluation: SandboxRequest?
    /// Whether the execution that has it is not wanted any more.
    private(set) var isCancelled = false
    /// What was taken out already, so that only what is new or has changed is saved again.
    var savedFiles: [String: SandboxFile] = [:]
    /// Interpreters whose state is gone since their last use.
    var lostInterpreters: Set<CodeLanguage> = []
    let commands: CommandTable
    /// Whether everything in it is stopped.
    var isPaused = false
    /// How much it may use.
    let limits: SandboxLimits
    /// What its organisation may use.
    let plan: SandboxPlan
    /// What of its use has been counted against that.
    var counted = SandboxPlan.Used()
    private(set) var lastUsed: Instant
    /// When its processor time was looked at last, and what it was, in nanoseconds.
    private var looked: (at: Instant, processorNanoseconds: UInt64)
    /// How many requests use it beside the code that it executes.
    private var uses = 0
    private(set) var isBusy = false
    private let freed: Signal
    /// Those who wait for it, by numbers of theirs, in the order of asking.
    private var waiting: [Int] = []
    private var lastWaiting = 0

    /// What a program puts here is saved when its code has ended.
    static let outputFolder = "out"
    private static let mostFiles = 50

    init(
        id: SandboxID, owner: SandboxOwner, process: SandboxProcess, limits: SandboxLimits, plan: SandboxPlan, idleTimeout: Duration,
        network: EgressSession? = nil, on loop: EventLoop
    ) {
        self.id = id
        self.owner = owner
        self.process = process
        self.limits = limits
        self.plan = plan
        self.idleTimeout = idleTimeout
        self.network = network
        self.loop = loop
        contexts = ContextTable(on: loop)
        commands = CommandTable(keptOutput: limits.outputBytes, on: loop)
        log = SandboxLog(on: loop)
        lastUsed = loop.now
        looked = (loop.preciseNow, 0)
        freed = Signal(on: loop)
        process.onInterpreterLost = { [weak self] name in
            if name == EgressSession.relay { self?.network?.isRelayOpen = false }
            self?.contexts.setPrepared(false, name)
            if let language = CodeLanguage(rawValue: name) { self?.lostInterpreters.insert(language) }
        }
    }

    /// Whether it has been left alone for longer than it may.
    var isExpired: Bool {
        if let deadline { return loop.now >= deadline }
        // What stands still keeps it for nobody.
        return (isPaused || !isBusy && uses == 0) && loop.now - lastUsed >= idleTimeout
    }

    /// Takes it for one execution; false when another has it.
    func take() -> Bool {
        guard !isBusy, waiting.isEmpty else { return false }
        isBusy = true
        return true
    }

    /// Takes it as soon as it is free, in the order of asking.
    func takeWhenFree() async throws {
        lastWaiting += 1
        let number = lastWaiting
        waiting.append(number)
        defer {
            waiting.removeAll { $0 == number }
            freed.notify()
        }
        try await freed.wait { isBusy || waiting.first != number }
        isBusy = true
    }

    func release() {
        isBusy = false
        isCancelled = false
        lastUsed = loop.now
        freed.notify()
    }

    /// Keeps it from being taken for idle while `body` works in it.
    func using<Value>(_ body: () async throws -> Value) async throws -> Value {
        uses += 1
        defer {
            uses -= 1
            lastUsed = loop.now
        }
        return try await body()
    }

    /// Its share of the processors since it was asked last, in percent of one.
    func processorPercent(_ usage: SandboxUsage) -> Double {
        let (now, before) = (loop.preciseNow, looked)
        looked = (now, usage.processorNanoseconds)
        let seconds = (now - before.at).seconds
        guard seconds > 0, usage.processorNanoseconds >= before.processorNanoseconds else { return 0 }
        return Double(usage.processorNanoseconds - before.processorNanoseconds) / 1e9 / seconds * 100
    }

    /// The number of the execution that begins now.
    func countExecution() -> Int {
        executions += 1
        return executions
    }

    /// Notes that somebody uses it now.
    func touch() { lastUsed = loop.now }

    /// Stops the code that runs in it, or is about to.
    func cancel() {
        isCancelled = isBusy
        if let evaluation { loop.spawn { [process] in try await process.cancel(evaluation) } }
    }

    /// Files in the output folder that were not saved as they are now, as many as one execution saves; and how many more there are.
    func newFiles() async throws -> (files: [SandboxFile], left: Int) {
        let files = try await process.files(in: Self.outputFolder).filter { savedFiles[$0.path] != $0 }.sorted { $0.path < $1.path }
        return (Array(files.prefix(Self.mostFiles)), max(0, files.count - Self.mostFiles))
    }
}

/// Whose a sandbox is.
struct SandboxOwner: Hashable {
    var organization: OrganizationID
    var user: UserID
    /// When it belongs to a conversation.
    var conversation: ConversationID?
}
