import EventLoop
import Glibc
import HTTPClient
import ServiceKit

/// One conversation in the terminal, through the public API: what `make run` shows before it serves.
@main
struct Main {
    static func main() {
        let terminal = Terminal()
        do { try run(on: terminal) } catch {
            terminal.line("\nThe demonstration has failed: \(error)")
            exit(1)
        }
    }

    /// Not isolated: what is written in `main` itself belongs to the main actor, for which the loop has no room.
    private nonisolated static func run(on terminal: Terminal) throws {
        let settings = try Settings.read(environment: SystemEnvironment.variables) { settings in
            (
                url: settings.string("TROUPE_URL", "Where the gateway is"),
                password: settings.string("DEMO_PASSWORD", "Password of the demo account", isSecret: true)
            )
        }
        guard let gateway = HTTPOrigin(settings.url) else { throw DemonstrationError.noAddress }
        try EventLoop.run { loop in
            let client = HTTPClient(on: loop)
            defer { client.shutDown() }
            let api = DemonstrationAPI(loop: loop, caller: client, gateway: gateway)
            try await Demonstration(api: api, terminal: terminal).run(password: settings.password)
        }
    }
}
