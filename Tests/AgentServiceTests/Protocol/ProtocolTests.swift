import EventLoop
import Testing

/// The protocol as a model, with the machine that runs in production: from the beginning, every order of the steps of two workers, the database
/// and the tool, with so many faults at any place: crash, pause beyond the lease, lost and late appends, lost claims, calls broken off.
@Suite("The journal's protocol", .timeLimit(.minutes(15)))
struct ProtocolTests {
    @Test("two workers keep the promises in every interleaving with a fault at any place")
    func exhaustive() throws {
        let explored = try Exploration(from: ModelledWorld(faults: 1)).run()
        #expect(explored.ends > 0)
        #expect(explored.stuck == 0)
    }

    @Test("two workers keep the promises in every interleaving with a fault at any place, when the model calls tools")
    func exhaustiveTools() throws {
        let explored = try Exploration(from: ModelledWorld(.tools, faults: 1)).run()
        #expect(explored.ends > 0)
        #expect(explored.stuck == 0)
    }

    @Test("two workers keep the promises in every interleaving with a fault at any place, when a person has to agree")
    func exhaustiveApproval() throws {
        let explored = try Exploration(from: ModelledWorld(.approval, faults: 1)).run()
        #expect(explored.ends > 0)
        #expect(explored.stuck == 0)
    }

    @Test("the promises are kept when the worker that accepts a run goes on with it at once")
    func accepted() throws {
        var world = ModelledWorld(faults: 1)
        try world.acceptByFirst()
        let explored = try Exploration(from: world).run()
        #expect(explored.ends > 0)
        #expect(explored.stuck == 0)
    }

    @Test("two workers keep the promises in every interleaving with two faults at any places, when nothing but a model is called")
    func exhaustiveTwo() throws {
        let explored = try Exploration(from: ModelledWorld(.answer, faults: 2)).run()
        #expect(explored.ends > 0)
        #expect(explored.stuck == 0)
    }

    @Test("two workers keep the promises with four faults, on ways that a seed chooses", arguments: 1...200 as ClosedRange<UInt64>)
    func walks(seed: UInt64) throws {
        var random = RandomSource.seeded(seed)
        var world = ModelledWorld([.code, .tools, .approval][Int(seed % 3)], faults: 4)
        for _ in 0..<2000 where !world.journal.isEnded {
            world = try #require(try world.successors().randomElement(using: &random))
            try world.check()
        }
        #expect(world.journal.isEnded)
    }

    @Test("a run that is cancelled at any moment ends", arguments: [Scenario.code, .tools, .approval])
    func cancelled(scenario: Scenario) throws {
        var world = ModelledWorld(scenario, faults: 0)
        world.journal.requestCancellation()
        let explored = try Exploration(from: world).run()
        #expect(explored.ends > 0)
        #expect(explored.stuck == 0)
    }
}

/// Visits every reachable state once.
private struct Exploration {
    var ends = 0
    /// States from which no end can be reached.
    var stuck = 0
    private let first: ModelledWorld

    init(from world: ModelledWorld) { first = world }

    func run() throws -> Exploration {
        var result = self
        var numbers: [ModelledWorld: Int] = [first: 0]
        var queue = [first]
        var predecessors: [[Int]] = [[]]
        var ended: [Int] = []
        var next = 0
        while next < queue.count {
            let world = queue[next]
            try world.check()
            if world.journal.isEnded { ended.append(next) }
            for successor in try world.successors() {
                let number: Int
                if let known = numbers[successor] {
                    number = known
                } else {
                    number = queue.count
                    numbers[successor] = number
                    queue.append(successor)
                    predecessors.append([])
                }
                predecessors[number].append(next)
            }
            next += 1
        }
        result.ends = ended.count
        result.stuck = queue.count - Self.reach(from: ended, predecessors)
        return result
    }

    /// How many states lead to one of these.
    private static func reach(from targets: [Int], _ predecessors: [[Int]]) -> Int {
        var isReached = [Bool](repeating: false, count: predecessors.count)
        var queue = targets
        for target in targets { isReached[target] = true }
        while let state = queue.popLast() {
            for predecessor in predecessors[state] where !isReached[predecessor] {
                isReached[predecessor] = true
                queue.append(predecessor)
            }
        }
        return isReached.count { $0 }
    }
}
