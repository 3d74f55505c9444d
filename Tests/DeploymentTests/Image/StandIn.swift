import Foundation
import Support

/// What takes the place of an image from elsewhere: the same program of this machine.
enum StandIn {
    case postgres
    /// The client of the same image.
    case psql
    case redis
    case model

    init?(_ service: ComposeService) {
        if service.image.hasPrefix("pgvector/pgvector:") {
            self = service.command?.first == "postgres" ? .postgres : .psql
        } else if service.image.hasPrefix("redis:") {
            self = .redis
        } else if service.target == "model" {
            self = .model
        } else {
            return nil
        }
    }

    /// Where the programs are.
    static var path: String {
        let python = ProcessInfo.processInfo.environment["TROUPE_PYTHON"] ?? ""
        let state = URL(filePath: python).deletingLastPathComponent().appending(path: "../..").standardized.path
        return "\(state)/postgres/bin:" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin")
    }

    /// Starts it at an address, with the arguments that the compose file gives to the image.
    func command(_ service: ComposeService, address: String, data: URL, model: URL) throws -> [String] {
        let given = service.command ?? []
        switch self {
        case .postgres:
            // It refuses root, by whatever number root goes, and users without a name: nobody has one on every machine.
            let script = """
                set -eu
                printf %s "$POSTGRES_PASSWORD" >"$1.password"
                initdb --pgdata "$1" --username postgres --auth scram-sha-256 --pwfile "$1.password" --encoding UTF8 --locale C.UTF-8 --no-sync
                data=$1 address=$2
                shift 3
                exec postgres -D "$data" -c listen_addresses="$address" -c unix_socket_directories= -c fsync=off "$@"
                """
            return [
                "/usr/bin/unshare", "--user", "--map-user=nobody", "--map-group=nogroup", "/bin/bash", "-c", script, "postgres", data.path,
                address,
            ]
                + given
        case .psql:
            guard let program = given.first, let volume = service.volumes?.first, program.hasPrefix(volume.target),
                let source = volume.source
            else { throw Command.Failure(description: "the script of \(service.image) is not in its volume") }
            return [source + program.dropFirst(volume.target.count)]
        case .redis:
            try FileManager.default.createDirectory(at: data, withIntermediateDirectories: true)
            return given + ["--bind", address, "--protected-mode", "no", "--dir", data.path]
        case .model:
            return [builtProgram("scripted-model-server"), model.path, "8000"]
        }
    }
}
