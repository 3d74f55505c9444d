import AuthService
import ServiceKit
import WireProtocol

@main struct Main {
    static func main() {
        ServiceProgram.main(
            .auth, configuration: { AuthConfiguration($0) }, process: { $0.process },
            migrate: { try await AuthServer.migrate($0, $1, $2) }, commands: [OrganizationCommand.command, PlanCommand.command],
            serve: { try await AuthServer.serve($0, $1) })
    }
}
