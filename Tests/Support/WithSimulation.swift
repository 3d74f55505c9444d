package import EventLoop

/// Runs `body` on a simulated loop, where a minute passes at once and no load on the machine makes anything late.
package func withSimulatedLoop<T>(seed: UInt64 = 1, _ body: @escaping (EventLoop) async throws -> T) throws -> T {
    let simulation = Simulation(seed: seed)
    let loop = simulation.makeLoop()
    var outcome: Result<T, any Error>?
    simulation.start(on: loop) {
        do { outcome = .success(try await body(loop)) } catch { outcome = .failure(error) }
    }
    simulation.run { outcome != nil }
    guard let outcome else { throw NothingLeftToHappen() }
    return try outcome.get()
}

/// What a simulation waits for never comes.
package struct NothingLeftToHappen: Error {}
