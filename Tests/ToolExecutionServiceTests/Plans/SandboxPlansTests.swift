import Testing
import WireProtocol

@testable import ToolExecutionService

@Suite("What plans allow")
struct SandboxPlansTests {
    private static let standard = SandboxPlan(sandboxes: 3, memoryMegabytes: 1000, processorSeconds: 60)

    @Test("a plan is as without one but for what it names")
    func table() throws {
        let plans = try SandboxPlans.parse("free: sandboxes=1 output_mb=5; team: memory_mb=0 disk_mb=7 cpu_seconds=9;", Self.standard)
        #expect(plans["free"] == SandboxPlan(sandboxes: 1, memoryMegabytes: 1000, processorSeconds: 60, outputMegabytes: 5))
        #expect(plans["team"] == SandboxPlan(sandboxes: 3, memoryMegabytes: 0, diskMegabytes: 7, processorSeconds: 9))
        #expect(try SandboxPlans.parse("", Self.standard).isEmpty)
    }

    @Test(
        "a table that cannot be read is refused with the place",
        arguments: [
            "free", "free: sandboxes", "free: sandboxes=x", "free: boxes=1", "free: cpu_seconds=-1", "a: ; a: ", ":", "a: =1", "a: =",
            "a: sandboxes=", "a: sandboxes=1=2",
            "a: memory_mb=99999999999999999999",
        ])
    func malformed(text: String) {
        #expect(throws: SandboxPlans.Malformed.self) { try SandboxPlans.parse(text, Self.standard) }
    }

    @Test("a refusal names the limit, what is used and what is allowed")
    func refusals() {
        let limits = SandboxLimits(memoryBytes: 512 << 20, diskBytes: 256 << 20, processes: 1, outputBytes: 1, fileBytes: 1)
        let plan = SandboxPlan(sandboxes: 3, memoryMegabytes: 1024, diskMegabytes: 700, processorSeconds: 60, outputMegabytes: 10)
        func given(_ count: Int, _ memory: Int, _ disk: Int) -> String? {
            plan.refusal(of: limits, beside: .init(sandboxes: count, memoryBytes: memory << 20, diskBytes: disk << 20))?.detail
        }
        #expect(given(2, 512, 256) == nil)
        #expect(given(3, 0, 0) == "sandboxes at a time of the organisation: 3 used, 3 allowed")
        #expect(given(1, 513, 0) == "memory of sandboxes at a time of the organisation: 513 MiB used, 512 MiB asked for, 1024 MiB allowed")
        #expect(given(2, 512, 512) == "disk of sandboxes at a time of the organisation: 512 MiB used, 256 MiB asked for, 700 MiB allowed")
        func used(_ seconds: Double, _ megabytes: Int) -> String? {
            plan.refusal(after: .init(processorMicroseconds: Int(seconds * 1e6), outputBytes: megabytes << 20))?.detail
        }
        #expect(used(59.9, 9) == nil)
        #expect(used(60, 0) == "processor time of today of the organisation: 60 s used, 60 s allowed")
        #expect(used(0, 10) == "output of today of the organisation: 10 MiB used, 10 MiB allowed")
        let unlimited = SandboxPlan(sandboxes: 1)
        #expect(unlimited.refusal(of: limits, beside: .init(sandboxes: 0, memoryBytes: 1 << 60, diskBytes: 1 << 60)) == nil)
        #expect(unlimited.refusal(after: .init(processorMicroseconds: 1 << 60, outputBytes: 1 << 60)) == nil && !unlimited.hasDailyLimits)
    }
}
