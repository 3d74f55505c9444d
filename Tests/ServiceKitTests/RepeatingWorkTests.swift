import EventLoop
import ServiceKit
import Support
import Testing
import WireProtocol

@Suite("Work that is done again and again", .timeLimit(.minutes(15)))
struct RepeatingWorkTests {
    @Test("what fails is done the next time, until it is cancelled")
    func repeating() async throws {
        try await withLoop { loop in
            let process = try Settings.read(environment: ["LOG_LEVEL": "error"]) { ProcessConfiguration($0, defaultPort: 0) }
            let runtime = ServiceRuntime(name: .file, loop: loop, process: process)
            var times = 0
            let changed = Signal(on: loop)
            let work = runtime.repeating(every: .milliseconds(1)) {
                times += 1
                changed.notify()
                throw Problem(.unavailable)
            }
            let working = loop.spawn { try await work() }
            try await loop.withTimeout(.seconds(120)) { try await changed.wait { times < 3 } }
            working.cancel()
            await #expect(throws: CancellationError.self) { try await working.value }
        }
    }
}
