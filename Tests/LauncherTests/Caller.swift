import Foundation
import Support
import Testing

/// What keeps a sandbox apart from the machine.
enum Tier: String, CaseIterable {
    case namespaces, landlock
}

/// Who starts the launcher, and the tier that it is told to make.
struct Stand: CustomTestStringConvertible {
    let caller: Caller
    let tier: Tier

    /// Those that this machine can make.
    static let available: [Stand] = Caller.available.flatMap { caller in
        Tier.allCases.filter { tier in tier == .namespaces || caller.hasLandlock }.map { Stand(caller: caller, tier: $0) }
    }

    var testDescription: String { "\(tier), \(caller.testDescription)" }

    func sandbox(settings: [String] = [], secret: String? = nil, placed: [Int32: Int32] = [:]) throws -> Sandbox {
        try Sandbox(caller, settings: settings + ["tier\t\(tier)"], secret: secret, placed: placed)
    }
}

/// Who starts the launcher: this process's user, and, when that is root, an ordinary user as well.
enum Caller: CaseIterable, CustomTestStringConvertible {
    case root, ordinary

    static let available: [Caller] = geteuid() == 0 ? [.root, .ordinary] : [.ordinary]

    var testDescription: String { self == .root ? "started by root" : "started by an ordinary user" }

    /// Whether the launcher, started so, says that it can make the weaker tier.
    var hasLandlock: Bool {
        guard let launcher = try? CompiledLauncher.shared.get().executable else { return false }
        let words = prefix + [launcher, "--probe", "landlock"]
        return (try? run(words[0], Array(words.dropFirst())).status) == 0
    }

    /// What stands before the launcher's own path.
    var prefix: [String] {
        self == .ordinary && geteuid() == 0 ? ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"] : []
    }
}
