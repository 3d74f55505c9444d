import AgentService
import ServiceKit
import WireProtocol

@main struct Main {
    static func main() {
        ServiceProgram.main(
            .agent, configuration: { AgentConfiguration($0) }, process: { $0.process },
            migrate: { try await AgentServer.migrate($0, $1, $2) }, serve: { try await AgentServer.serve($0, $1) })
    }
}
