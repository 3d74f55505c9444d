import EventLoop
import Support
import Synchronization
import Telemetry
import Testing

@Suite("Metrics", .timeLimit(.minutes(15)))
struct MetricsTests {
    private func text(_ snapshot: MetricsSnapshot) -> String { String(decoding: snapshot.prometheusText(), as: UTF8.self) }

    @Test("counters, gauges and histograms are written as Prometheus reads them")
    func format() {
        let metrics = MetricsRegistry()
        metrics.counter("jobs_total", help: "Jobs done.").increment(by: 3)
        metrics.counter("jobs_total", help: "Jobs done.").increment(by: -1)
        metrics.gauge("queue_length", help: "Back\\slash\nand line").set(-1.5)
        let durations = metrics.histograms("duration_seconds", help: "Durations.", labels: ["route", "status"], bounds: [0.1, 1])
        for value in [0.05, 0.1, 0.5, 7] { durations.labelled("GET /\"a\"\\\n", "200").observe(value) }
        #expect(
            text(metrics.snapshot()) == #"""
                # HELP duration_seconds Durations.
                # TYPE duration_seconds histogram
                duration_seconds_bucket{route="GET /\"a\"\\\n",status="200",le="0.1"} 2
                duration_seconds_bucket{route="GET /\"a\"\\\n",status="200",le="1"} 3
                duration_seconds_bucket{route="GET /\"a\"\\\n",status="200",le="+Inf"} 4
                duration_seconds_sum{route="GET /\"a\"\\\n",status="200"} 7.65
                duration_seconds_count{route="GET /\"a\"\\\n",status="200"} 4
                # HELP jobs_total Jobs done.
                # TYPE jobs_total counter
                jobs_total 3
                # HELP queue_length Back\\slash\nand line
                # TYPE queue_length gauge
                queue_length -1.5

                """#)
    }

    @Test("what several registries counted is added up")
    func merge() {
        let registries = (0..<3).map { _ in MetricsRegistry() }
        for (index, metrics) in registries.enumerated() {
            metrics.counters("answers_total", help: "Answers.", labels: ["status"]).labelled("20\(index % 2)").increment()
            metrics.histogram("seconds", help: "Seconds.", bounds: [1]).observe(Double(index))
        }
        var sum = MetricsSnapshot()
        for metrics in registries { sum.merge(metrics.snapshot()) }
        let lines = text(sum).split(separator: "\n")
        for line in [
            #"answers_total{status="200"} 2"#, #"answers_total{status="201"} 1"#, #"seconds_bucket{le="1"} 2"#, "seconds_sum 3",
            "seconds_count 3",
        ] { #expect(lines.contains { $0 == line }, "\(line)") }
    }

    @Test("label values without end are counted together")
    func cardinality() {
        let metrics = MetricsRegistry()
        let family = metrics.counters("hits_total", help: "Hits.", labels: ["path"])
        for index in 0..<1500 { family.labelled("\(index)").increment() }
        let lines = text(metrics.snapshot()).split(separator: "\n")
        #expect(lines.count == 2 + 1001)
        #expect(lines.contains(#"hits_total{path="other"} 500"#))
    }

    @Test("a scrape asks every loop, and leaves out one that does not answer")
    func acrossLoops() async throws {
        let collector = MetricsCollector()
        let (counted, isCounted) = AsyncStream.makeStream(of: Void.self)
        let (asked, isAsked) = AsyncStream.makeStream(of: Void.self)
        async let other: Void = withLoop { loop in
            let metrics = MetricsRegistry()
            collector.add(metrics, on: loop)
            metrics.counter("turns_total", help: "Turns.").increment(by: 2)
            isCounted.yield()
            for await _ in asked { break }
        }
        for await _ in counted { break }
        let complete = try await withLoop { loop in
            let metrics = MetricsRegistry()
            collector.add(metrics, on: loop)
            metrics.counter("turns_total", help: "Turns.").increment()
            return try await collector.snapshot(on: loop, timeout: .seconds(120))
        }
        #expect(text(complete).hasSuffix("turns_total 3\n"))
        isAsked.yield()
        try await other
        let partial = try await withLoop { loop in
            try await collector.snapshot(on: loop, timeout: .milliseconds(5))
        }
        #expect(text(partial) == "")
    }
}
