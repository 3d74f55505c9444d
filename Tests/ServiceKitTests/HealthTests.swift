import EventLoop
import ServiceKit
import Support
import Testing
import WireProtocol

@Suite("Health reports", .timeLimit(.minutes(15)))
struct HealthTests {
    @Test("checks that hang are waited for together, and what is dispensable only degrades")
    func together() throws {
        try withSimulatedLoop { loop in
            let health = HealthChecks(loop: loop)
            for name in ["redis", "model", "search"] { health.add(name, isEssential: false) { try await loop.sleep(for: .seconds(3600)) } }
            health.add("postgresql", isEssential: true) { try await loop.sleep(for: .seconds(1)) }
            let start = loop.now
            let report = await health.report()
            #expect(loop.now - start < .seconds(3))
            #expect(report.status == .degraded && report.degraded == ["redis", "model", "search"])
            #expect(report.checks.map(\.name) == ["redis", "model", "search", "postgresql"])
            #expect(report.checks.last?.status == .ok)
        }
    }

    @Test("an essential check that fails makes it unavailable, and says why")
    func essential() throws {
        try withSimulatedLoop { loop in
            let health = HealthChecks(loop: loop)
            health.add("storage", isEssential: true) { throw Problem(.storageFull, detail: "no space is left") }
            let report = await health.report()
            #expect(report.status == .unavailable)
            #expect(report.checks.first?.detail == "storage_full: no space is left")
        }
    }
}
