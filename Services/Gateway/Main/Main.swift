internal import GatewayService
internal import ServiceKit
internal import WireProtocol

@main
struct Main {
    static func main() {
        ServiceProgram.main(.gateway, configuration: GatewayConfiguration.init, process: \.process) { configuration, runtime in
            try await GatewayServer(configuration, runtime).run()
        }
    }
}
