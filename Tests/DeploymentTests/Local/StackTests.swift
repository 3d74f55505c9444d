import Foundation
import Testing

/// The scripts of `deploy/local/stack`, in a terminal whose environment says this and that.
@Suite("The local stack")
struct StackTests {
    /// The settings of a service, as `make run` gives them: the last value of a name counts.
    private func settings(of service: String, in environment: [String: String]) async throws -> [String: String] {
        let folder = try TemporaryFolder()
        let script = """
            . deploy/local/stack/stack.sh
            slot=$1 sockets=$1 launcher=launcher gateway_url=http://127.0.0.1:1
            declare -A port_of=([gateway-internal]=2)
            for service in "${services[@]}"; do port_of[$service]=1; done
            choose_model
            settings_of "$2"
            printf '%s\\0' "${environment[@]}"
            """
        let output = try await Command.succeed(
            "/bin/bash", ["-c", script, "stack", folder.url.path, service],
            environment: ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"].merging(environment) { $1 })
        var settings = environment
        for setting in output.text.split(separator: "\0") {
            let parts = setting.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            settings[parts[0]] = parts[1]
        }
        return settings
    }

    @Test("a model's limits are those that the person gives, and the small local one has its own", .timeLimit(.minutes(15)))
    func limits() async throws {
        let names = ["MODEL_MAX_TOKENS", "MODEL_CONTEXT_TOKENS"]
        let address = ["MODEL_URL": "https://models.example.com/v1", "MODEL_NAME": "large"]
        for (given, model, expected) in [
            ([:], [:], ["400", "4096"]), ([:], address, ["0", "0"]), (["OPENAI_API_KEY": "key"], [:], ["0", "0"]),
            (["MODEL_MAX_TOKENS": "900", "MODEL_CONTEXT_TOKENS": "128000"], address, ["900", "128000"]),
            (["MODEL_MAX_TOKENS": "900", "MODEL_CONTEXT_TOKENS": "2048"], [:], ["900", "2048"]),
        ] as [([String: String], [String: String], [String])] {
            let settings = try await settings(of: "agent", in: given.merging(model) { $1 })
            #expect(names.map { settings[$0] } == expected, "\(given) \(model)")
        }
    }

    @Test("the secrets of a .env that the terminal has read do not replace those of this stack", .timeLimit(.minutes(15)))
    func foreignSecrets() async throws {
        let example = EnvironmentFile(try Repository.text(".env.example"))
        var foreign = example.values.filter { $0.value.contains("RANDOM_") }
        foreign["SERVICE_SECRET"] = "foreign"
        for service in DeclaredSettings.services {
            let settings = try await settings(of: service, in: foreign)
            let declared = try #require(try await DeclaredSettings.all.value.first { $0.service == service })
            for setting in declared.settings where setting.isSecret {
                // A value goes before a file; nothing goes before what is empty.
                #expect(settings[setting.name]?.contains("RANDOM_") != true, "\(service) \(setting.name)")
                #expect(settings[setting.name] != "foreign", "\(service) \(setting.name)")
            }
        }
    }

    @Test("the database is called troupe, whatever the terminal's DATABASE says", .timeLimit(.minutes(15)))
    func database() async throws {
        let folder = try TemporaryFolder()
        let script = """
            . deploy/local/stack/stack.sh
            slot=$1/slot sockets=$1 state=$1 root=$1
            mkdir -p "$slot/postgres" "$root/deploy/database"
            printf '#!/bin/sh\\necho "$DATABASE"\\n' >"$root/deploy/database/prepare.sh"
            chmod +x "$root/deploy/database/prepare.sh"
            : >"$root/deploy/database/service.sql"
            make_database
            """
        let output = try await Command.succeed(
            "/bin/bash", ["-c", script, "stack", folder.url.path], environment: ["PATH": "/usr/bin:/bin", "DATABASE": "mine"])
        #expect(output.text == "troupe\n")
    }
}
