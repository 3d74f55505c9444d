internal import EventLoop

extension LiveSandbox {
    /// Makes its way to the outside usable for what is executed next; the relay may have been killed with what was executed before.
    func openNetwork() async throws {
        guard let network else { return }
        // One at a time: while one thing is evaluated the launcher refuses another.
        while let opening = network.opening { _ = try? await opening.value }
        guard !network.isRelayOpen else { return }
        let opening = loop.spawn { [self] in
            defer { network.opening = nil }
            try await open(network)
        }
        network.opening = opening
        try await opening.value
    }

    private func open(_ network: EgressSession) async throws {
        let request = try await process.evaluate(EgressSession.relay, code: "open", timeout: .seconds(60))
        while true {
            let answer = try await request.next()
            if case .refused(let reason) = answer { throw SandboxFailure(description: "the network cannot be opened: \(reason)") }
            guard case .done(let end) = answer else { continue }
            guard end.outcome == .finished, end.status == 0 else { throw SandboxFailure(description: "the network cannot be opened") }
            network.isRelayOpen = true
            return
        }
    }

    /// Ends what its preparation could reach: from now on it may ask what these rules allow, and nothing without any.
    func changeNetwork(to rules: EgressRules?) async throws {
        guard let network else { return }
        if let rules { return network.change(to: rules) }
        network.close()
        self.network = nil
        do { try await process.stopInterpreter(EgressSession.relay) } catch is SandboxFault {}
    }
}
