package import WireProtocol

/// What a simulation begins with: copies of the scenario and of those who take part, all placeholders filled. It never changes, so that whoever
/// takes the simulation over starts from the same.
package struct SimulationPlan: Codable, Sendable, Hashable {
    package var scenario: String
    package var setting: String
    package var members: [CrewMember]
    package var tasks: [CrewTask]
    /// nil: agents as they are, without tasks, who answer people in turn.
    package var process: CrewProcess?
    package var manager: String?
    package var maxRevisions: Int
    package var seed: Int
    /// Whether the members' runs may ask the person about calls of tools; nil: no, since it was begun by a version that does not know such events.
    package var canAsk: Bool? = true

    package init(
        scenario: String, setting: String, members: [CrewMember], tasks: [CrewTask] = [], process: CrewProcess? = nil,
        manager: String? = nil, maxRevisions: Int = 0, seed: Int
    ) {
        self.scenario = scenario
        self.setting = setting
        self.members = members
        self.tasks = tasks
        self.process = process
        self.manager = manager
        self.maxRevisions = maxRevisions
        self.seed = seed
    }

    /// Those who do tasks.
    var workers: [CrewMember] { members.filter { $0.name != manager } }

    func member(_ name: String) -> CrewMember? { members.first { $0.name == name } }

    /// The places of the tasks in the order in which they are done: as they are listed, but none before those that it builds on.
    var order: [Int] {
        var order: [Int] = []
        var done: Set<String> = []
        while order.count < tasks.count {
            let ready = tasks.indices.first { !done.contains(tasks[$0].name) && (tasks[$0].context ?? []).allSatisfy(done.contains) }
            // Without cycles there is always one.
            guard let ready else { break }
            order.append(ready)
            done.insert(tasks[ready].name)
        }
        return order
    }

    /// Who answers people, in turn: the manager, or everybody in an order that the seed decides.
    var repliers: [String] {
        if let manager { return [manager] }
        var names = members.map(\.name)
        var state = UInt64(bitPattern: Int64(seed))
        for last in names.indices.dropFirst().reversed() {
            // SplitMix64.
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            names.swapAt(last, Int((mixed ^ (mixed >> 31)) % UInt64(last + 1)))
        }
        return names
    }
}
