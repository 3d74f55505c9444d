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
        try Self.writeProgram(line, to: path)
        let limits = SandboxLimits(memoryBytes: 128 << 20, diskBytes: 16 << 20, processes: 16, outputBytes: 65536, fileBytes: 65536)
        try await withLoop { loop in
            let failure = await #expect(throws: SandboxFailure.self) {
                _ = try await SandboxProcess.start(LauncherInstallation(executable: path), limits: limits, on: loop)
            }
            #expect(failure?.description.hasPrefix("the launcher ended before") == true, "\(String(describing: failure))")
            #expect(failure?.problem.status == 503)
        }
    }

    /// Written by another program: what this one has open for writing its children have, too, and it cannot be executed then.
    private static func writeProgram(_ line: String, to path: String) throws {
        try #require(
            try run("/bin/sh", ["-c", "printf '#!/bin/sh\n%s\n' \"$1\" > \"$2\"; chmod 755 \"$2\"", "sh", line, path]).status == 0)
    }

    @Test("a launcher that does not end when it is let go of is killed")
    func hangingLauncher() async throws {
        let path = NSTemporaryDirectory() + "launcher-\(UUID())"
        defer { unlink(path) }
        // It says that it is ready, and hears nothing from then on.
        try Self.writeProgram("printf '\\000\\000\\000\\003A{}' >&3; exec sleep 100000", to: path)
        let limits = SandboxLimits(memoryBytes: 128 << 20, diskBytes: 16 << 20, processes: 16, outputBytes: 65536, fileBytes: 65536)
        try await withLoop { loop in
            let sandbox = try await SandboxProcess.start(
                LauncherInstallation(executable: path), limits: limits, longestEnd: .milliseconds(50), on: loop)
            #expect(sandbox.launcherEnd == nil)
            sandbox.end()
            try await sandbox.waitUntilEnded()
            #expect(sandbox.launcherEnd == .killed)
        }
    }

    @Test("what a cancelled task had open is closed, though others are writing to the launcher just then")
    func closedWhileOthersWrite() async throws {
        let installation = LauncherInstallation(executable: try CompiledLauncher.shared.get().executable)
        let limits = SandboxLimits(memoryBytes: 128 << 20, diskBytes: 64 << 20, processes: 16, outputBytes: 65536, fileBytes: 65536)
        try await withLoop { loop in
            let sandbox = try await SandboxProcess.start(installation, limits: limits, on: loop)
            let long = try await sandbox.open("/tmp/long", forWriting: true)
            let never = Signal(on: loop)
            // A launcher has 32 files open at most, and 8 watches.
            for _ in 0..<64 {
                var held = 0
                func hold<T>(_ open: @escaping () async throws -> T) -> LoopTask<Void> {
                    loop.spawn {
                        let opened = try await open()
                        defer { withExtendedLifetime(opened) {} }
                        held += 1
                        try await never.wait { true }
                    }
                }
                let holding = [
                    hold { try await sandbox.open("/tmp/long", forWriting: false) },
                    hold { try await SandboxWatch("/tmp", recursive: false, in: sandbox) },
                    hold { try await ProgramPipe.start(["/bin/sleep", "1000"], in: sandbox) },
                ]
                try await loop.eventually { held == 3 }
                // More than a socket takes at once.
                let writing = loop.spawn { try await long.write([UInt8](repeating: 0, count: 1 << 20)[...]) }
                let cancelling = loop.spawn { for task in holding { task.cancel() } }
                try await cancelling.value
                for task in holding { _ = try? await task.value }
                try await writing.value
            }
            try await long.finish()
            sandbox.end()
            try await sandbox.waitUntilEnded()
        }
    }

    @Test("a program that complains at length is given its input all the same")
    func complaints() async throws {
        let installation = LauncherInstallation(executable: try CompiledLauncher.shared.get().executable)
        let limits = SandboxLimits(memoryBytes: 128 << 20, diskBytes: 16 << 20, processes: 16, outputBytes: 65536, fileBytes: 65536)
        try await withLoop { loop in
            let sandbox = try await SandboxProcess.start(installation, limits: limits, on: loop)
            let line = "head -c 1000000 /dev/zero >&2; wc -c > /tmp/count"
            let pipe = try await ProgramPipe.start(["/bin/sh", "-c", line], hasInput: true, in: sandbox)
            try await pipe.write([UInt8](repeating: 0, count: 1 << 20)[...])
            try await pipe.finish()
            #expect(try await sandbox.run("[ $(cat /tmp/count) = 1048576 ]", in: .bash, timeout: .seconds(120)) == 0)
            sandbox.end()
            try await sandbox.waitUntilEnded()
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
            #expect(sandbox.launcherEnd == .inTime)
        }
    }
}
