internal import GatewayService
internal import ServiceKit
internal import WireProtocol

@main
struct Main {
    static func main() {
        // In public it is ready when all services are, and on the internal port when it serves itself.
        ServiceProgram.main(
            .gateway, configuration: GatewayConfiguration.init, process: \.process, healthPort: \.internalPort
        ) { configuration, runtime in
            try await GatewayServer(configuration, runtime).run()
        }
    }
}
