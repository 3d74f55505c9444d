import EventLoop
import Foundation
import JSON
import ScriptedModel

/// `scripted-model-server SCRIPT.json [PORT]`: prints the port and serves until it is ended. Port 0, the default, is any free one.
@main
enum Main {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count == 2 || arguments.count == 3, let port = UInt16(arguments.count == 3 ? arguments[2] : "0") else {
            fail("usage: scripted-model-server SCRIPT.json [PORT]", status: 64)
        }
        do {
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: arguments[1])))
            let script = try JSONCodec.decode(ModelScript.self, from: bytes, unknownFields: .refused)
            // A closure written here would belong to the main actor, as `main` does.
            try EventLoop.run(serving(script, port))
        } catch {
            fail("scripted-model-server: \(error)", status: 1)
        }
    }

    private static func serving(_ script: ModelScript, _ port: UInt16) -> (EventLoop) async throws -> Void {
        { loop in
            let server = try ScriptedModelServer(on: loop, at: .loopback(port: port), script)
            print(server.port)
            fflush(nil)
            try await server.serve()
        }
    }

    private static func fail(_ message: String, status: Int32) -> Never {
        FileHandle.standardError.write(Data((message + "\n").utf8))
        exit(status)
    }
}
