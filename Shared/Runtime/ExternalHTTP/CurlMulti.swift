internal import CCurl
internal import EventLoop
internal import HTTPClient

/// curl's transfers on one loop: its sockets are watched and its timer kept by the loop.
@safe final class CurlMulti {
    private let loop: EventLoop
    private let multi: UnsafeMutableRawPointer
    private var timer: EventLoop.Timer?
    private var transfers: [UnsafeMutableRawPointer: CurlTransfer] = unsafe [:]
    private var sockets: [Int32: CurlSocket] = [:]
    /// How deep we are in calls of curl, from which it may call us.
    private var depth = 0
    private var abandoned: [CurlTransfer] = []

    init(on loop: EventLoop, connections: Int) throws {
        guard CurlHandle.isInitialized, let multi = unsafe curl_multi_init() else {
            throw HTTPClientError.transportFailed("curl cannot be set up")
        }
        self.loop = loop
        unsafe self.multi = multi
        let context = unsafe Unmanaged.passUnretained(self).toOpaque()
        _ = unsafe curl_multi_set_socket_function(
            multi,
            { _, socket, what, context, _ in
                if let context = unsafe context {
                    unsafe Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().watch(socket, what)
                }
                return 0
            }, unsafe context)
        _ = unsafe curl_multi_set_timer_function(
            multi,
            { _, milliseconds, context in
                if let context = unsafe context {
                    unsafe Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds)
                }
                return 0
            }, unsafe context)
        _ = unsafe curl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connections)
        _ = unsafe curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connections)
    }

    deinit {
        // No transfer is left, since each holds this object; closing the idle connections must not call it any more.
        _ = unsafe curl_multi_set_socket_function(multi, nil, nil)
        _ = unsafe curl_multi_set_timer_function(multi, nil, nil)
        for socket in sockets.keys { loop.unregister(socket) }
        unsafe curl_multi_cleanup(multi)
        if let timer { loop.cancel(timer) }
    }

    // MARK: Transfers

    /// Starts a transfer, which is kept until it is done or removed.
    func add(_ transfer: CurlTransfer) throws {
        unsafe transfers[transfer.handle.pointer] = transfer
        let code = enter { unsafe curl_multi_add_handle(multi, transfer.handle.pointer) }
        guard code == CURLM_OK else {
            unsafe transfers[transfer.handle.pointer] = nil
            throw unsafe HTTPClientError.transportFailed(String(cString: curl_multi_strerror(code)))
        }
    }

    /// Ends a transfer, whatever its state. Within a callback that has to wait until curl has returned.
    func remove(_ transfer: CurlTransfer) {
        guard unsafe transfers[transfer.handle.pointer] != nil else { return }
        if depth > 0 { return abandoned.append(transfer) }
        unsafe transfers[transfer.handle.pointer] = nil
        _ = enter { unsafe curl_multi_remove_handle(multi, transfer.handle.pointer) }
    }

    /// Ends all transfers; those who wait for them get this error.
    func removeAll(_ error: HTTPClientError) {
        unsafe transfers.values.forEach { $0.fail(error) }
    }

    /// Calls curl, and does afterwards what could not be done within its callbacks.
    func enter<T>(_ call: () -> T) -> T {
        depth += 1
        let result = call()
        depth -= 1
        if depth == 0, !abandoned.isEmpty {
            let transfers = abandoned
            abandoned = []
            for transfer in transfers { remove(transfer) }
        }
        return result
    }

    private func act(_ socket: curl_socket_t, _ events: Int32) {
        var running: Int32 = 0
        _ = enter { unsafe curl_multi_socket_action(multi, socket, events, &running) }
        takeMessages()
    }

    private func takeMessages() {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let handle = unsafe message.pointee.easy_handle else { continue }
            let result = unsafe curl_message_result(message)
            guard let transfer = unsafe transfers[handle] else { continue }
            remove(transfer)
            transfer.complete(result)
        }
    }

    // MARK: What curl wants of the loop

    private func watch(_ socket: curl_socket_t, _ what: Int32) {
        var interest: Readiness = []
        switch what {
        case CURL_POLL_IN: interest = .readable
        case CURL_POLL_OUT: interest = .writable
        case CURL_POLL_INOUT: interest = [.readable, .writable]
        case CURL_POLL_REMOVE:
            if sockets.removeValue(forKey: socket) != nil { loop.unregister(socket) }
            return
        default: break
        }
        if sockets[socket] != nil { return loop.modify(socket, interest) }
        let handler = CurlSocket { [unowned self] in act(socket, $0) }
        sockets[socket] = handler
        loop.register(socket, interest, .level, handler)
    }

    private func setTimer(_ milliseconds: Int) {
        if let timer { loop.cancel(timer) }
        timer = nil
        guard milliseconds >= 0 else { return }
        timer = loop.schedule(after: .milliseconds(milliseconds)) { [unowned self] in
            timer = nil
            act(CURL_SOCKET_TIMEOUT, 0)
        }
    }
}

/// One of curl's sockets.
private final class CurlSocket: ReadinessHandler {
    private let act: (Int32) -> Void

    init(_ act: @escaping (Int32) -> Void) { self.act = act }

    func ready(_ readiness: Readiness) {
        var events: Int32 = 0
        if !readiness.isDisjoint(with: [.readable, .hungUp]) { events |= CURL_CSELECT_IN }
        if !readiness.isDisjoint(with: [.writable, .hungUp]) { events |= CURL_CSELECT_OUT }
        act(events)
    }
}
