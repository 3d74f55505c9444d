import Foundation
import Support
import Testing

/// A model with an account, as `make run` uses one that the person names: the local server, which is told to demand a key.
@Suite("A model that demands a key", .serialized)
struct ModelAccountTests {
    private static let key = "key-\(UUID().uuidString)"

    /// Starts everything with a key for the model, lets the demonstration talk to it, and ends everything. The streams of the terminal are one.
    private func conversation(sending key: String) async throws -> (status: Int32, terminal: String, logs: String) {
        let folder = try TemporaryFolder()
        try Data("127.0.0.1 localhost\n".utf8).write(to: folder.url.appending(path: "hosts"))
        let machine = try await Machine(
            hosts: folder.url.appending(path: "hosts"), log: folder.url.appending(path: "machine.log"))
        let script = """
            exec 2>&1
            programs=$1 logs=$2
            cd "$3"
            . deploy/local/stack/stack.sh
            own_slot account
            rm -rf "$slot/log"/*
            environment=("API_KEY=$DEMANDED_KEY")
            choose_model
            start_model
            environment=()
            MODEL_URL=$model_url MODEL_NAME=$model_name MODEL_API_KEY=$SENT_KEY choose_model
            unset DEMANDED_KEY SENT_KEY
            start_instance
            status=0
            demonstrate || status=$?
            cat "$slot/log"/*.log >"$logs"
            cat /proc/[0-9]*/cmdline >>"$logs" 2>/dev/null || true # some have ended by now
            exit $status
            """
        let logs = folder.url.appending(path: "logs")
        let programs = URL(filePath: builtProgram("troupe-demonstration")).deletingLastPathComponent().path
        // PostgreSQL refuses root, and a sandbox of root's would need more users than this machine has.
        let output = try await machine.run(
            [
                "/usr/bin/unshare", "--user", "--map-user=nobody", "--map-group=nogroup", "/bin/bash", "-c", script, "account", programs,
                logs.path, Repository.root.path,
            ],
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEMANDED_KEY": Self.key, "SENT_KEY": key])
        await machine.stop()
        return (output.status, output.text, String(decoding: (try? Data(contentsOf: logs)) ?? Data(), as: UTF8.self))
    }

    @Test("is sent the key that the person gives, and what it says is shown", .timeLimit(.minutes(15)))
    func account() async throws {
        let (status, terminal, logs) = try await conversation(sending: Self.key)
        #expect(status == 0, "\(terminal)")
        for text in ["[running python]", "[exit code 0", "The file that it saved: squares.txt"] {
            #expect(terminal.contains(text), "\(text) in \(terminal)")
        }
        #expect(logs.contains("troupe-gateway"), "\(logs)")
        #expect(!terminal.contains(Self.key) && !logs.contains(Self.key))
    }

    @Test("refuses another key, which the terminal says once, and no log has either", .timeLimit(.minutes(15)))
    func wrongKey() async throws {
        let wrong = "wrong-\(UUID().uuidString)"
        let (status, terminal, logs) = try await conversation(sending: wrong)
        #expect(status == 1, "\(terminal)")
        #expect(terminal.contains("The demonstration has failed: The model's provider does not accept the API key (401)."), "\(terminal)")
        #expect(terminal.ranges(of: "[the run has failed").count == 1, "\(terminal)")
        #expect(logs.contains("troupe-gateway"), "\(logs)")
        for key in [Self.key, wrong] { #expect(!terminal.contains(key) && !logs.contains(key)) }
    }
}
