import FileService
import ServiceKit
import WireProtocol

@main struct Main {
    static func main() {
        ServiceProgram.main(
            .file, configuration: { FileConfiguration($0) }, process: { $0.process },
            migrate: { try await FileServer.migrate($0, $1, $2) }, serve: FileServer.serving())
    }
}
