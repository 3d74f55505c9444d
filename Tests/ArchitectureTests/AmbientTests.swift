import Testing

/// Time, chance and tasks come from the event loop, so that a simulated one can replace them.
@Suite("Ambient time, randomness and tasks")
struct AmbientTests {
    struct Rule: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var pattern: String
        /// The one other folder in which it may stand.
        var alsoIn: String?
        /// Lines that the pattern must find.
        var found: [String]
        /// Lines that look like it and are allowed.
        var allowed: [String] = []
    }

    private static let loop = "Shared/Runtime/EventLoop"

    static let rules = [
        Rule(
            testDescription: "reads a clock",
            pattern: #"\b(ContinuousClock|SuspendingClock|clock_gettime|clock_nanosleep|gettimeofday|timespec_get)\b|\btime\(\s*(nil|&)"#,
            found: ["let start = ContinuousClock.now", "clock_gettime(CLOCK_REALTIME, &now)", "let now = time(nil)"],
            allowed: ["let time = loop.now", "time(next)"]),
        Rule(
            testDescription: "makes random numbers",
            pattern: #"\.random\(\)|\.random\(in:[^,]*\)|\.(shuffled?|randomElement)\(\)|\bSystemRandomNumberGenerator\b"#
                + #"|\b(arc4random\w*|getrandom|getentropy|rand|drand48)\("#,
            found: ["Bool.random()", "Int.random(in: 0..<9)", "names.shuffled()", "getrandom(&bytes, 16, 0)"],
            allowed: ["Int.random(in: 0..<9, using: &loop.random)", "loop.random(16)"]),
        Rule(
            testDescription: "asks OpenSSL for random bytes", pattern: #"\bRAND_\w*bytes\b"#, alsoIn: "Shared/Runtime/Cryptography",
            found: ["RAND_bytes(pointer, 32)", "RAND_priv_bytes(pointer, 32)"]),
        Rule(
            testDescription: "starts tasks and threads",
            pattern:
                #"\bTask(<.*>)?\s*(\(.*\)\s*)?\{|\bTask\.(detached|immediate\w*|sleep)\b|\bpthread_create\b|\bu?sleep\(\d|\bnanosleep\("#,
            found: ["Task { await run() }", "Task(priority: .low) {", "Task<Void, Never> {", "try await Task.sleep(for: delay)"],
            allowed: ["withTaskGroup { group in", "Task.isCancelled", "await loop.sleep(until: deadline)"]),
        Rule(
            testDescription: "resolves names", pattern: #"\b(getaddrinfo|gethostbyname\w*)\b"#,
            found: ["getaddrinfo(host, nil, &hints, &result)"]),
    ]

    /// By default a word ends where Unicode says, which is not before the point of `Task.sleep`.
    private func pattern(of rule: Rule) throws -> Regex<AnyRegexOutput> {
        try Regex(rule.pattern).wordBoundaryKind(.simple)
    }

    @Test("nothing that ships does it outside the event loop", arguments: rules)
    func onlyInTheLoop(rule: Rule) throws {
        let pattern = try pattern(of: rule)
        let elsewhere = Project.shipped.filter { !$0.isUnder(Self.loop) && !$0.isUnder(rule.alsoIn ?? Self.loop) }
        #expect(elsewhere.flatMap { $0.places(of: pattern) } == [])
    }

    @Test("the check finds what it forbids and leaves what it allows", arguments: rules)
    func finds(rule: Rule) throws {
        let pattern = try pattern(of: rule)
        for line in rule.found { #expect(line.contains(pattern), "\(line)") }
        for line in rule.allowed { #expect(!line.contains(pattern), "\(line)") }
    }
}
