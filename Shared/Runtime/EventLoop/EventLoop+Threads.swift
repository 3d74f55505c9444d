internal import CSystem
internal import Glibc

extension EventLoop {
    /// Makes a loop on the calling thread, runs `body` on it and returns what it returns.
    /// Tasks that `body` spawned and did not wait for end with the loop.
    package static func run<T>(_ body: @escaping (EventLoop) async throws -> T) throws -> T {
        signal(SIGPIPE, SIG_IGN)
        let loop = EventLoop()
        var result: Result<T, any Error>?
        loop.executor.withCurrentThread {
            _ = loop.spawn {
                do { result = .success(try await body(loop)) } catch { result = .failure(error) }
            }
        }
        loop.run { result != nil }
        guard let result else { throw CancellationError() }
        return try result.get()
    }

    /// Starts a thread with a loop of its own and runs `body` on it; `ended` is called on that thread with the outcome.
    package static func startThread<T: Sendable>(
        name: String, _ body: @escaping @Sendable (EventLoop) async throws -> T,
        ended: @escaping @Sendable (Result<T, any Error>) -> Void
    ) {
        let hasStarted = Thread.start(name: name) {
            do {
                let value = try run { loop in try await body(loop) }
                ended(.success(value))
            } catch {
                ended(.failure(error))
            }
        }
        precondition(hasStarted, "no thread can be started")
    }
}

/// A thread of the system, detached.
enum Thread {
    private final class Body {
        let name: String
        let run: @Sendable () -> Void

        init(name: String, run: @escaping @Sendable () -> Void) {
            self.name = String(name.prefix(15))
            self.run = run
        }
    }

    /// False when the system has none left.
    static func start(name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        unsafe pthread_attr_setstacksize(&attributes, 1 << 20)
        defer { unsafe pthread_attr_destroy(&attributes) }
        var thread = pthread_t()
        let body = unsafe Unmanaged.passRetained(Body(name: name, run: body))
        let code = unsafe pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let body = unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                unsafe system_name_thread(body.name)
                body.run()
                return nil
            }, unsafe body.toOpaque())
        if code != 0 { unsafe body.release() }
        return code == 0
    }
}
