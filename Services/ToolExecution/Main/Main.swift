import ServiceKit
import ToolExecutionService
import WireProtocol

@main struct Main {
    static func main() {
        ServiceProgram.main(
            .toolExecution, configuration: { ToolExecutionConfiguration($0) }, process: { $0.process },
            migrate: { try await ToolExecutionServer.migrate($0, $1, $2) }, serve: { try await ToolExecutionServer.serve($0, $1) })
    }
}
