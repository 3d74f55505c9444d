import EventLoop
import Foundation
import Support
import Testing
import WireProtocol

@testable import ToolExecutionService

@Suite("One launcher process", .timeLimit(.minutes(15)))
struct SandboxProcessTests {
    @Test(
        "a launcher that ends at once, or talks nonsense, is a failure with a reason",
        arguments: ["exit", "printf '\\377\\377\\377\\377' >&3"])
    func brokenLauncher(line: String) async throws {
        let path = NSTemporaryDirectory() + "launcher-\(UUID())"
        defer { unlink(path) }
        // Written by another program: what this one has open for writing its children have, too, and it cannot be executed then.
        try #require(
            try run("/bin/sh", ["-c", "printf '#!/bin/sh\n%s\n' \"$1\" > \"$2\"; chmod 755 \"$2\"", "sh", line, path]).status == 0)
        let limits = SandboxLimits(memoryBytes: 128 << 20, diskBytes: 16 << 20, processes: 16, outputBytes: 65536, fileBytes: 65536)
        try await withLoop { loop in
            let failure = await #expect(throws: SandboxFailure.self) {
                _ = try await SandboxProcess.start(LauncherInstallation(executable: path), limits: limits, on: loop)
            }
            #expect(failure?.description.hasPrefix("the launcher ended before") == true, "\(String(describing: failure))")
            #expect(failure?.problem.status == 503)
        }
    }

    @Test("changes that nobody reads are dropped beyond a bound, and the reader is told")
    func unreadChanges() async throws {
        let installation = LauncherInstallation(executable: try CompiledLauncher.shared.get().executable)
        let limits = SandboxLimits(memoryBytes: 128 << 20, diskBytes: 16 << 20, processes: 16, outputBytes: 65536, fileBytes: 65536)
        try await withLoop { loop in
            let sandbox = try await SandboxProcess.start(installation, limits: limits, on: loop)
            let unread = try await sandbox.watch("/tmp", recursive: false)
            let read = try await sandbox.watch("/tmp", recursive: false)
            func change(times: Int) async throws {
                // Two files: the kernel takes the same change twice for one.
                let code = "for ((i = 0; i < \(times); i++)); do echo > /tmp/file$((i % 2)); done; rm /tmp/file0"
                // Meanwhile, for this watch is not to drop any.
                let reading = loop.spawn { while case .change(let change) = try await read.next(), change.kind != .removed {} }
                #expect(try await sandbox.run(code, in: .bash, timeout: .seconds(600)) == 0)
                // What one watch has told to its end, the other has told nearly.
                try await reading.value
            }
            try await change(times: 5000)
            var changes: [SandboxChange] = []
            while case .change(let change)? = unread.nextIfAvailable() { changes.append(change) }
            #expect(changes.count >= SandboxProcess.mostChanges + 1)
            #expect(changes.prefix(SandboxProcess.mostChanges).allSatisfy { $0.kind != .lost })
            #expect(changes.dropFirst(SandboxProcess.mostChanges).first?.kind == .lost)
            try await change(times: 1)
            while changes.last?.kind != .removed, case .change(let change) = try await unread.next() { changes.append(change) }
            #expect(changes.last == SandboxChange(kind: .removed, path: "file0"))
            sandbox.end()
            try await sandbox.waitUntilEnded()
        }
    }
}
