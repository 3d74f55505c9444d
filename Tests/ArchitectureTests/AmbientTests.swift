import Testing

/// Time, chance and tasks come from the event loop, so that a simulated one can replace them.
@Suite("Ambient time, randomness and tasks")
struct AmbientTests {
    private let loop = "Shared/Runtime/EventLoop"

    @Test("only the event loop reads a clock")
    func clocks() {
        expectNone(
            of: /\b(ContinuousClock|SuspendingClock|DispatchTime|clock_gettime|clock_nanosleep|gettimeofday|timespec_get)\b|\btime\(\s*(nil|&)|\bDate\(\)/
        )
    }

    @Test("only the event loop makes random numbers; Cryptography has OpenSSL's")
    func randomness() {
        expectNone(
            of: /\.random\(\)|\.random\(in:[^,]*\)$|\.random\(in:[^,]*\)[^,]|\.shuffled\(\)|\.shuffle\(\)|\.randomElement\(\)|\bSystemRandomNumberGenerator\b|\bUUID\(\)|\b(arc4random\w*|getrandom|getentropy|rand|drand48)\(/
        )
        expectNone(of: /\bRAND_\w*bytes\b/, except: "Shared/Runtime/Cryptography")
    }

    @Test("only the event loop starts tasks and threads")
    func tasks() {
        expectNone(of: /\bTask(<[^>]*>)?\s*(\(.*\)\s*)?\{|\bTask\.(detached|immediate|sleep)\b|\bpthread_create\b|\b(usleep|nanosleep)\(/)
    }

    @Test("only the event loop resolves names")
    func names() {
        expectNone(of: /\b(getaddrinfo|gethostbyname\w*)\b/)
    }

    private func expectNone(of pattern: Regex<some Any>, except folder: String? = nil) {
        let places = Project.shipped.filter { !$0.isUnder(loop) && !$0.isUnder(folder ?? loop) }.flatMap { source in
            source.lines.filter { $0.text.firstMatch(of: pattern) != nil }.map { "\(source.path):\($0.number): \($0.text)" }
        }
        #expect(places == [])
    }
}
