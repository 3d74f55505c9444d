import Testing

/// What code in the sandbox tries, what exactly the sandbox answers, and what the same code comes to outside.
struct AttackProbe: CustomTestStringConvertible {
    /// The same code, run on the machine itself.
    enum Control {
        /// An ordinary user succeeds.
        case anyone
        /// Root succeeds, and does no harm.
        case root
        /// Root succeeds, in namespaces that are thrown away.
        case rootApart
        /// Its success would harm the machine: the code is written such that root fails, but only with these errors, after the kernel
        /// has let it in.
        case rootFails(Set<String>, else: String)
    }

    let title: String
    /// Python, the body of a function. What it raises is refused; an empty value is nothing found; anything else is a success. With
    /// `each` it tries several things, and each has an outcome of its own.
    let attempt: String
    /// Names of errors and signals, and `nothing` for what is found empty: what each tier may answer, and no other. A tier that is missing
    /// does not stand in the way.
    let refusals: [Tier: Set<String>]
    let control: Control
    /// What the control comes to on a machine that has nothing of the kind.
    let absences: Set<String>

    /// `landlock` is what the weaker tier answers where that differs; empty when it does not cover this.
    init(
        _ title: String, _ attempt: String, refused: Set<String>, landlock: Set<String>? = nil, control: Control, absent: Set<String> = []
    ) {
        self.title = title
        self.attempt = attempt
        refusals = [.namespaces: refused, .landlock: landlock ?? refused].filter { !$0.value.isEmpty }
        self.control = control
        absences = absent
    }

    var testDescription: String { title }

    static let groups: [(title: String, probes: [AttackProbe])] = [
        ("files", files), ("mounts and devices", mounts), ("processes", processes), ("identity and namespaces", identity),
        ("the kernel", kernel), ("the network", network),
    ]

    static var all: [AttackProbe] { groups.flatMap(\.probes) }
}
