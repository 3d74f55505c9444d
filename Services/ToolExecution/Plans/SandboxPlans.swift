internal import ServiceKit

/// What each plan allows. An organisation's plan is in its people's tokens; one that is not in the table counts as none.
package struct SandboxPlans: Sendable, Hashable {
    /// For organisations without a plan.
    package var standard: SandboxPlan
    private var named: [String: SandboxPlan] = [:]

    package init(standard: SandboxPlan) { self.standard = standard }

    subscript(name: String?) -> SandboxPlan { name.flatMap { named[$0] } ?? standard }

    private static let most = 1_000_000_000
    private static let keys: [(String, any WritableKeyPath<SandboxPlan, Int> & Sendable)] = [
        ("sandboxes", \.sandboxes), ("memory_mb", \.memoryMegabytes), ("disk_mb", \.diskMegabytes), ("cpu_seconds", \.processorSeconds),
        ("output_mb", \.outputMegabytes),
    ]

    /// Reads the settings.
    init(_ settings: Settings) {
        standard = SandboxPlan(
            sandboxes: settings.int("SANDBOXES_PER_ORGANIZATION", default: 10, in: 1...10_000, "Sandboxes of an organisation at a time"),
            memoryMegabytes: settings.int(
                "ORGANIZATION_MEMORY_MB", default: 0, in: 0...Self.most, "Memory of those together in MiB; 0: no limit"),
            diskMegabytes: settings.int(
                "ORGANIZATION_DISK_MB", default: 0, in: 0...Self.most, "Files of those together in MiB; 0: no limit"),
            processorSeconds: settings.int(
                "ORGANIZATION_CPU_SECONDS", default: 0, in: 0...Self.most,
                "Processor time of an organisation's sandboxes in a day; 0: no limit"),
            outputMegabytes: settings.int(
                "ORGANIZATION_OUTPUT_MB", default: 0, in: 0...Self.most, "What comes out of them in a day, in MiB; 0: no limit"))
        let text = settings.string(
            "PLANS", default: "",
            "What else plans allow: name: sandboxes=50 memory_mb=… disk_mb=… cpu_seconds=… output_mb=…; the next plan")
        do { named = try Self.parse(text, standard) } catch { settings.refuse("PLANS", error.reason) }
    }

    /// A text that is no table of plans.
    struct Malformed: Error, Hashable {
        var reason: String
    }

    /// What a plan does not name is as it is without a plan.
    static func parse(_ text: String, _ standard: SandboxPlan) throws(Malformed) -> [String: SandboxPlan] {
        var plans: [String: SandboxPlan] = [:]
        for part in text.split(separator: ";") where part.contains(where: { $0 != " " }) {
            let words = part.split { $0 == ":" || $0 == " " }
            guard part.contains(":"), let name = words.first.map(String.init), plans[name] == nil else {
                throw Malformed(reason: "must be different plans like name: sandboxes=50 memory_mb=8192, separated by ;")
            }
            var plan = standard
            for word in words.dropFirst() {
                let pair = word.split(separator: "=")
                guard pair.count == 2, let key = Self.keys.first(where: { $0.0 == pair[0] }), let number = Int(pair[1]),
                    (0...Self.most).contains(number)
                else {
                    throw Malformed(
                        reason: "has '\(word)' in \(name): it must be one of \(Self.keys.map(\.0).joined(separator: ", ")), = and a number")
                }
                plan[keyPath: key.1] = number
            }
            plans[name] = plan
        }
        return plans
    }
}
