internal import CSystem
internal import Glibc

/// The real world: epoll, the system's clocks, and sockets that never block.
@safe final class EpollReactor: Reactor {
    private let epoll: Int32
    private let events = UnsafeMutableBufferPointer<epoll_event>.allocate(capacity: 256)
    private let wakeDescriptor: Int32

    /// `wakeDescriptor` ends a wait when another thread writes to it; it is reported to nobody.
    init(wakeDescriptor: Int32) {
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        precondition(epoll >= 0, "epoll_create1: errno \(errno)")
        self.wakeDescriptor = wakeDescriptor
        _ = system_epoll_ctl(epoll, EPOLL_CTL_ADD, wakeDescriptor, EPOLLIN.rawValue, .max)
    }

    deinit {
        Glibc.close(epoll)
        unsafe events.deallocate()
    }

    var monotonicNow: Instant { Instant(nanoseconds: Self.read(CLOCK_MONOTONIC, perSecond: 1_000_000_000)) }
    var bootNow: Instant { Instant(nanoseconds: Self.read(CLOCK_BOOTTIME, perSecond: 1_000_000_000)) }
    var wallNow: Int64 { Int64(Self.read(CLOCK_REALTIME, perSecond: 1_000_000)) }

    private static func read(_ clock: clockid_t, perSecond: UInt64) -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * perSecond + UInt64(time.tv_nsec) / (1_000_000_000 / perSecond)
    }

    private func mask(_ interest: Readiness, _ trigger: Trigger) -> UInt32 {
        var mask = EPOLLRDHUP.rawValue
        if interest.contains(.readable) { mask |= EPOLLIN.rawValue }
        if interest.contains(.writable) { mask |= EPOLLOUT.rawValue }
        if trigger == .edge { mask |= EPOLLET.rawValue }
        // A level-triggered descriptor that is watched for nothing must not report a half-closed peer for ever.
        if interest.isEmpty && trigger == .level { mask = 0 }
        return mask
    }

    func register(_ descriptor: Int32, _ interest: Readiness, _ trigger: Trigger, token: UInt64) {
        _ = system_epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, mask(interest, trigger), token)
    }

    func modify(_ descriptor: Int32, _ interest: Readiness, _ trigger: Trigger, token: UInt64) {
        _ = system_epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, mask(interest, trigger), token)
    }

    func remove(_ descriptor: Int32) { _ = system_epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, 0, 0) }

    func wait(until deadline: Instant?, _ ready: (_ awoke: Instant, _ token: UInt64, Readiness) -> Void) {
        let count = unsafe epoll_wait(epoll, events.baseAddress, Int32(events.count), milliseconds(until: deadline))
        guard count > 0, let base = unsafe events.baseAddress else { return }
        let awoke = monotonicNow
        for index in 0..<Int(count) {
            let token = unsafe system_epoll_data(base + index)
            if token == .max { continue }
            let mask = unsafe events[index].events
            var readiness: Readiness = []
            if mask & EPOLLIN.rawValue != 0 { readiness.insert(.readable) }
            if mask & EPOLLOUT.rawValue != 0 { readiness.insert(.writable) }
            if mask & (EPOLLHUP.rawValue | EPOLLRDHUP.rawValue | EPOLLERR.rawValue) != 0 { readiness.insert(.hungUp) }
            ready(awoke, token, readiness)
        }
    }

    /// Rounded up, so that a timer is never early.
    private func milliseconds(until deadline: Instant?) -> Int32 {
        guard let deadline else { return -1 }
        let now = monotonicNow
        if deadline <= now { return 0 }
        return Int32(min((deadline.nanoseconds - now.nanoseconds + 999_999) / 1_000_000, 60_000))
    }

    func listen(_ address: SocketAddress, backlog: Int32, sharePort: Bool) -> Int32 {
        if case .unix(let path) = address { unsafe unlink(path) }
        let result = unsafe address.withSystemAddress { pointer, length, family -> Int32 in
            let descriptor = system_stream_socket(family)
            if descriptor < 0 { return -errno }
            Self.enable(SO_REUSEADDR, SOL_SOCKET, on: descriptor)
            if sharePort { Self.enable(SO_REUSEPORT, SOL_SOCKET, on: descriptor) }
            if unsafe bind(descriptor, pointer, length) < 0 || Glibc.listen(descriptor, backlog) < 0 {
                let error = errno
                Glibc.close(descriptor)
                return -error
            }
            return descriptor
        }
        return result ?? -ENAMETOOLONG
    }

    func localAddress(_ descriptor: Int32) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = unsafe withUnsafeMutablePointer(to: &storage) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe getsockname(descriptor, $0, &length) }
        }
        return result == 0 ? SocketAddress(system: storage) : nil
    }

    func accept(_ listener: Int32) -> (descriptor: Int32, peer: SocketAddress?) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let descriptor = unsafe withUnsafeMutablePointer(to: &storage) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe system_accept(listener, $0, &length)
            }
        }
        if descriptor < 0 { return (-errno, nil) }
        let peer = SocketAddress(system: storage)
        if peer != nil { Self.enable(TCP_NODELAY, Int32(IPPROTO_TCP), on: descriptor) }
        return (descriptor, peer)
    }

    func connect(_ address: SocketAddress) -> Int32 {
        let result = unsafe address.withSystemAddress { pointer, length, family -> Int32 in
            let descriptor = system_stream_socket(family)
            if descriptor < 0 { return -errno }
            if family != AF_UNIX { Self.enable(TCP_NODELAY, Int32(IPPROTO_TCP), on: descriptor) }
            if unsafe Glibc.connect(descriptor, pointer, length) < 0, errno != EINPROGRESS {
                let error = errno
                Glibc.close(descriptor)
                return -error
            }
            return descriptor
        }
        return result ?? -ENAMETOOLONG
    }

    func connectionError(_ descriptor: Int32) -> Int32 {
        var error: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length) == 0 ? error : errno
    }

    func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        while true {
            let count = unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count >= 0 { return count }
            if errno != EINTR { return -Int(errno) }
        }
    }

    func write(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        while true {
            let count = unsafe send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return count }
            if errno != EINTR { return -Int(errno) }
        }
    }

    func shutdownWriting(_ descriptor: Int32) { shutdown(descriptor, Int32(SHUT_WR)) }
    func close(_ descriptor: Int32) { Glibc.close(descriptor) }

    private static func enable(_ option: Int32, _ level: Int32, on descriptor: Int32) {
        var one: Int32 = 1
        unsafe setsockopt(descriptor, level, option, &one, socklen_t(MemoryLayout<Int32>.size))
    }
}
