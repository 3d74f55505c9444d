internal import CHiredis
internal import EventLoop

private typealias ReplyCallback =
    @convention(c) (UnsafeMutablePointer<redisAsyncContext>?, UnsafeMutableRawPointer?, UnsafeMutableRawPointer?) -> Void

/// One connection to Redis through hiredis' asynchronous interface.
///
/// hiredis frees its context itself when the connection ends, after it has called every waiting callback with nothing: from then on
/// `context` is nil. Commands of one turn of the loop are sent with one write.
@safe final class RedisLink: ReadinessHandler {
    private let loop: EventLoop
    private let configuration: RedisConfiguration
    private let descriptor: Int32
    private var context: UnsafeMutablePointer<redisAsyncContext>?
    private var interest: Readiness = []
    private var isConnected = false
    private var flushIsScheduled = false
    private var isFlushing = false
    private let changed: Signal
    /// Why the connection ended.
    private(set) var failure: RedisError?
    /// Commands that wait for an answer.
    private var pending = 0
    private var lastProgress: Instant
    private var watchdogIsSet = false
    /// Called with what is pushed to a connection that has subscribed.
    var onPush: ((RedisValue) -> Void)?

    /// Begins to connect.
    init(to address: SocketAddress, _ configuration: RedisConfiguration, on loop: EventLoop) throws {
        let made =
            switch address {
            case .unix(let path): unsafe redisAsyncConnectUnix(path)
            case .ipv4(_, let port), .ipv6(_, _, let port): unsafe redisAsyncConnect(address.host, Int32(port))
            }
        guard let made = unsafe made else { throw RedisError.unavailable("out of memory") }
        guard unsafe made.pointee.err == 0 else {
            let reason = unsafe Self.reason(made)
            unsafe redisAsyncFree(made)
            throw RedisError.unavailable(reason)
        }
        self.loop = loop
        self.configuration = configuration
        unsafe context = made
        descriptor = unsafe made.pointee.c.fd
        changed = Signal(on: loop)
        lastProgress = loop.now
        let reference = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe made.pointee.data = reference
        unsafe made.pointee.ev.data = reference
        unsafe made.pointee.ev.addRead = { unsafe RedisLink.with($0) { $0.watch($0.interest.union(.readable)) } }
        unsafe made.pointee.ev.delRead = { unsafe RedisLink.with($0) { $0.watch($0.interest.subtracting(.readable)) } }
        unsafe made.pointee.ev.addWrite = { unsafe RedisLink.with($0) { $0.wantToWrite() } }
        unsafe made.pointee.ev.delWrite = { unsafe RedisLink.with($0) { $0.watch($0.interest.subtracting(.writable)) } }
        unsafe made.pointee.ev.cleanup = { unsafe RedisLink.with($0) { $0.didEnd() } }
        loop.register(descriptor, [], .level, self)
        _ = unsafe redisAsyncSetConnectCallback(made) { context, status in
            unsafe RedisLink.with(context?.pointee.data) { $0.didConnect(status == REDIS_OK) }
        }
        if case .unix = address { return }
        _ = unsafe redisEnableKeepAlive(&made.pointee.c)
    }

    /// The way back from C: on the loop's thread, beneath a call into hiredis that this object has made. The loop keeps the object until
    /// the context is freed, since it is registered as a handler until then.
    private static func with(_ reference: UnsafeMutableRawPointer?, _ body: (RedisLink) -> Void) {
        guard let reference = unsafe reference else { return }
        unsafe body(Unmanaged<RedisLink>.fromOpaque(reference).takeUnretainedValue())
    }

    private static func reason(_ context: UnsafePointer<redisAsyncContext>) -> String {
        guard unsafe context.pointee.err != 0, let text = unsafe context.pointee.errstr else { return "closed" }
        return unsafe String(cString: text)
    }

    // MARK: The loop's side

    func ready(_ readiness: Readiness) {
        if !readiness.isDisjoint(with: [.readable, .hungUp]), let context = unsafe context { unsafe redisAsyncHandleRead(context) }
        if readiness.contains(.writable), let context = unsafe context { unsafe redisAsyncHandleWrite(context) }
    }

    private func watch(_ interest: Readiness) {
        guard unsafe context != nil, interest != self.interest else { return }
        self.interest = interest
        loop.modify(descriptor, interest)
    }

    /// Once connected, what has been queued is written at the end of the loop's turn, and only what did not fit then is waited for.
    private func wantToWrite() {
        if flushIsScheduled || interest.contains(.writable) { return }
        if !isConnected || isFlushing { return watch(interest.union(.writable)) }
        flushIsScheduled = true
        loop.schedule(at: loop.now) { [weak self] in self?.flush() }
    }

    private func flush() {
        flushIsScheduled = false
        guard let context = unsafe context else { return }
        isFlushing = true
        unsafe redisAsyncHandleWrite(context)
        isFlushing = false
    }

    private func didConnect(_ succeeded: Bool) {
        isConnected = succeeded
        watch(interest.subtracting(.writable))
        changed.notify()
    }

    /// hiredis is about to free the context.
    private func didEnd() {
        guard let context = unsafe context else { return }
        unsafe noteLoss(context)
        unsafe self.context = nil
        loop.unregister(descriptor)
        onPush = nil
        changed.notify()
    }

    private func noteLoss(_ context: UnsafePointer<redisAsyncContext>) {
        if failure == nil { failure = unsafe .connectionLost(Self.reason(context)) }
    }

    // MARK: Life

    /// Whether the connection has not ended.
    var isOpen: Bool { unsafe context != nil }

    /// Ends the connection; whoever waits for an answer gets this error.
    func close(_ error: RedisError) {
        guard let context = unsafe context else { return }
        failure = error
        unsafe redisAsyncFree(context)
    }

    /// Waits until it is connected, and has said who it is.
    func waitUntilReady() async throws {
        let deadline = loop.now + configuration.connectTimeout
        while !isConnected, unsafe context != nil {
            let isInTime = try await changed.wait(atMost: deadline - loop.now) { unsafe !isConnected && context != nil }
            if !isInTime { throw RedisError.unavailable("connecting took too long") }
        }
        if let password = configuration.password {
            let name: [RedisArgument] = configuration.username.map { [.string($0)] } ?? []
            try await greet(["AUTH"] + name + [.string(password)])
        }
        if configuration.database != 0 { try await greet(["SELECT", .integer(configuration.database)]) }
        if case .connectionLost(let reason)? = failure { throw RedisError.unavailable(reason) }
    }

    private func greet(_ command: [RedisArgument]) async throws {
        if case .error(let text)? = try await send([command]).first { throw RedisError.unavailable(text) }
    }

    /// Waits until the connection has ended.
    func waitUntilClosed() async throws {
        try await changed.wait { unsafe context != nil }
    }

    // MARK: Commands

    /// Sends commands together and returns their replies in order.
    func send(_ commands: [[RedisArgument]]) async throws -> [RedisValue] {
        guard pending + commands.count <= configuration.pendingCommands else { throw RedisError.overloaded }
        return try await loop.suspend { (resumption: Resumption<[RedisValue]>) in
            if commands.isEmpty { return _ = resumption.resume(returning: []) }
            let batch = ReplyBatch(count: commands.count, link: self, resumption: resumption)
            for command in commands { submit(command, to: batch) }
        }
    }

    private func submit(_ command: [RedisArgument], to batch: ReplyBatch) {
        let reference = unsafe Unmanaged.passRetained(batch)
        let isAccepted = unsafe write(command, reference.toOpaque()) { context, reply, reference in
            guard let reference = unsafe reference else { return }
            let batch = unsafe Unmanaged<ReplyBatch>.fromOpaque(reference).takeRetainedValue()
            if unsafe reply == nil, let context = unsafe context { unsafe batch.link.noteLoss(context) }
            unsafe batch.take(reply.map { unsafe RedisValue($0.assumingMemoryBound(to: redisReply.self)) })
        }
        if isAccepted {
            if pending == 0 { lastProgress = loop.now }
            pending += 1
            setWatchdog()
        } else {
            unsafe reference.release()
            batch.fail(failure ?? .unavailable("closed"))
        }
    }

    private func write(_ command: [RedisArgument], _ reference: UnsafeMutableRawPointer?, _ callback: ReplyCallback?) -> Bool {
        guard let context = unsafe context else { return false }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128)
        RedisCommand.write(command, into: &bytes)
        // hiredis looks for the arguments of a SUBSCRIBE until a byte of zero, beyond the length that it is told.
        bytes.append(0)
        return unsafe bytes.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress else { return false }
            return unsafe redisAsyncFormattedCommand(
                context, callback, reference, base.assumingMemoryBound(to: CChar.self), bytes.count - 1)
                == REDIS_OK
        }
    }

    fileprivate func didAnswer() {
        pending -= 1
        lastProgress = loop.now
    }

    /// One timer watches over all commands: they are answered in order, so when one is late all are.
    private func setWatchdog() {
        guard !watchdogIsSet else { return }
        watchdogIsSet = true
        loop.schedule(at: lastProgress + configuration.responseTimeout) { [weak self] in
            guard let self else { return }
            watchdogIsSet = false
            guard pending > 0, isOpen else { return }
            if loop.now < lastProgress + configuration.responseTimeout { return setWatchdog() }
            close(.connectionLost("no answer in time"))
        }
    }

    // MARK: Subscriptions

    /// Subscribes to a channel; its messages and the confirmation are pushed.
    func subscribe(_ channel: String) {
        _ = unsafe write(["SUBSCRIBE", .string(channel)], nil) { context, reply, _ in
            guard let reply = unsafe reply, let context = unsafe context else { return }
            let value = unsafe RedisValue(reply.assumingMemoryBound(to: redisReply.self))
            unsafe RedisLink.with(context.pointee.data) { $0.onPush?(value) }
        }
    }

    /// Ends a subscription.
    func unsubscribe(_ channel: String) {
        _ = unsafe write(["UNSUBSCRIBE", .string(channel)], nil, nil)
    }
}

/// The replies to commands that were sent together.
private final class ReplyBatch {
    private var replies: [RedisValue] = []
    private let count: Int
    let link: RedisLink
    private let resumption: Resumption<[RedisValue]>

    init(count: Int, link: RedisLink, resumption: Resumption<[RedisValue]>) {
        self.count = count
        self.link = link
        self.resumption = resumption
        replies.reserveCapacity(count)
    }

    /// Takes the next reply, or nil when there will be none.
    func take(_ reply: RedisValue?) {
        link.didAnswer()
        guard let reply else { return fail(link.failure ?? .connectionLost("closed")) }
        replies.append(reply)
        if replies.count == count { resumption.resume(returning: replies) }
    }

    func fail(_ error: RedisError) { resumption.resume(throwing: error) }
}
