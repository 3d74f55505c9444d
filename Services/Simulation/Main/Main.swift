import ServiceKit
import SimulationService
import WireProtocol

@main struct Main {
    static func main() {
        ServiceProgram.main(
            .simulation, configuration: { SimulationConfiguration($0) }, process: { $0.process },
            migrate: { try await SimulationServer.migrate($0, $1, $2) }, serve: { try await SimulationServer.serve($0, $1) })
    }
}
