import HTTPClient
import HTTPMessage
import JSON
import Testing
import WireProtocol

@Suite("Files of sandboxes", .timeLimit(.minutes(15)))
struct SandboxFileTests {
    @Test("files are written, read, looked at, listed, moved and removed")
    func life() async throws {
        try await withSandbox { sandbox in
            let written = try await sandbox.upload("/files/content?path=data/deep/a.txt", Array("hello".utf8), .put)
            #expect(written.status == 200)
            let entry: SandboxEntry = try written.decoded()
            #expect(entry.path == "data/deep/a.txt" && entry.type == .file && entry.size == 5 && entry.mode == 0o644)
            let read = try await sandbox.send(.get, "/files/content?path=/home/user/data/deep/a.txt")
            #expect(read.body == Array("hello".utf8) && read.fields[.contentType] == "text/plain")
            #expect(try await sandbox.send(.post, "/files/folders", MakeSandboxFolder(path: "/tmp/x/y")).status == 201)
            #expect(try await sandbox.send(.post, "/files/folders", MakeSandboxFolder(path: "/tmp/x")).status == 409)
            let moved = try await sandbox.send(
                .post, "/files/moves", MoveSandboxEntry(source: "data/deep/a.txt", destination: "data/b.txt"))
            #expect(moved.status == 200)
            let across = try await sandbox.send(.post, "/files/moves", MoveSandboxEntry(source: "data/b.txt", destination: "/tmp/x/c.txt"))
            #expect(across.status == 200)
            #expect(try await sandbox.run(StartCommand(command: "cat /tmp/x/c.txt; ln -s deep data/link")).stdout == "hello")
            let list: SandboxEntries = try await sandbox.send(.get, "/files?path=data&depth=3").decoded()
            #expect(list.data.map(\.path) == ["deep", "link"] && list.data.map(\.type) == [.folder, .link])
            #expect(list.data.last?.target == "deep")
            #expect(try await sandbox.send(.delete, "/files/entry?path=/tmp/x").status == 409)
            #expect(try await sandbox.send(.delete, "/files/entry?path=/tmp/x&recursive=true").status == 204)
            #expect(try await sandbox.send(.get, "/files/entry?path=/tmp/x").status == 404)
            #expect(try await sandbox.send(.delete, "/files/entry?path=data/deep").status == 204)
        }
    }

    @Test("who asks for heads alone leaves nothing open in the sandbox", arguments: ["content?path=f", "archive?path=.", "events?path=."])
    func heads(target: String) async throws {
        try await withSandbox { sandbox in
            _ = try await sandbox.upload("/files/content?path=f", Array("hello".utf8), .put)
            for _ in 0..<40 { #expect(try await sandbox.send(.head, "/files/" + target).status == 200) }
        }
    }

    @Test("a path cannot lead out, through whatever lies there")
    func hostile() async throws {
        try await withSandbox { sandbox in
            let traps = """
                ln -s /etc out/etc; ln -s /etc/passwd out/passwd; ln -s /proc/self/mem out/mem; mkfifo out/fifo
                ln -s ../../../tmp out/up; mkdir out/folder; ln -s . out/loop; ln -s absent out/absent
                """
            _ = try await sandbox.run(StartCommand(command: traps))
            let paths = [
                "/etc/passwd", "../../etc/passwd", "/home/user/../../etc/passwd", "/home/user2/x", "/proc/1/environ", "/tmp/../etc/passwd",
                "out/etc/passwd", "out/passwd", "out/mem", "out/fifo", "out/up/x", "out/folder", "/dev/null",
                "out/folder/../../../../etc/passwd",
            ]
            for path in paths {
                let read = try await sandbox.send(.get, "/files/content?path=\(path)")
                #expect([404, 409, 422].contains(read.status), "reading \(path): \(read.status)")
                let written = try await sandbox.upload("/files/content?path=\(path)", Array("x".utf8), .put)
                #expect([404, 409, 422].contains(written.status), "writing \(path): \(written.status)")
                let moved = try await sandbox.send(.post, "/files/moves", MoveSandboxEntry(source: "out/folder", destination: path + "/x"))
                #expect(path == "out/folder" || [404, 409, 422].contains(moved.status), "moving to \(path): \(moved.status)")
            }
            for path in ["/", "/home", "/usr", "out/etc", "..", "/home/user/..", "/tmp/.."] {
                let list = try await sandbox.send(.get, "/files?path=\(path)")
                #expect([404, 422].contains(list.status), "listing \(path): \(list.status)")
                #expect(try await sandbox.send(.delete, "/files/entry?path=\(path)/passwd&recursive=true").status != 204)
                #expect(try await sandbox.send(.get, "/files/archive?path=\(path)").status != 200)
            }
            // A link that stays within is followed.
            #expect(try await sandbox.upload("/files/content?path=out/loop/loop/kept.txt", Array("k".utf8), .put).status == 200)
            #expect(try await sandbox.send(.get, "/files/content?path=out/kept.txt").body == Array("k".utf8))
        }
    }

    @Test("a file may be as large as the disk, and no larger")
    func large() async throws {
        try await withSandbox(settings: ["SANDBOX_DISK_MB": "2"]) { sandbox in
            let bytes = (0..<(3 << 19)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            #expect(try await sandbox.upload("/files/content?path=large.bin", bytes, .put).status == 200)
            let read = try await sandbox.service.download(sandbox.path + "/files/content?path=large.bin", token: sandbox.token)
            #expect(read == bytes)
            let full = try await sandbox.upload("/files/content?path=more.bin", bytes, .put)
            #expect(full.status == 507 && full.code == "storage_full")
            #expect(try await sandbox.send(.delete, "/files/entry?path=more.bin").status == 204)
            #expect(try await sandbox.upload("/files/content?path=small.bin", [1, 2, 3], .put).status == 200)
        }
    }

    @Test("a folder goes out and comes in as tar, and an archive that would write elsewhere does not")
    func archives() async throws {
        try await withSandbox { sandbox in
            _ = try await sandbox.run(StartCommand(command: "mkdir -p a/b; echo one > a/one; echo two > a/b/two; ln -s one a/link"))
            let archive = try await sandbox.service.download(sandbox.path + "/files/archive?path=a", token: sandbox.token)
            #expect(try await sandbox.upload("/files/archive?path=copy", archive, .put).status == 204)
            #expect(try await sandbox.run(StartCommand(command: "diff -r a copy && readlink copy/link")).stdout == "one\n")
            _ = try await sandbox.run(
                StartCommand(command: "tar -czf zipped.tgz -C a .; tar -P -cf evil.tar --transform 's,^,../../../tmp/evil/,' a/one"))
            let zipped = try await sandbox.service.download(sandbox.path + "/files/content?path=zipped.tgz", token: sandbox.token)
            #expect(try await sandbox.upload("/files/archive?path=zipped", zipped, .put).status == 204)
            #expect(try await sandbox.run(StartCommand(command: "cat zipped/b/two")).stdout == "two\n")
            let evil = try await sandbox.service.download(sandbox.path + "/files/content?path=evil.tar", token: sandbox.token)
            _ = try await sandbox.upload("/files/archive?path=evil", evil, .put)
            #expect(try await sandbox.send(.get, "/files/entry?path=/tmp/evil").status == 404)
            #expect(try await sandbox.upload("/files/archive?path=junk", Array("no archive at all".utf8), .put).status == 409)
        }
    }

    @Test("a sandbox is not idle while somebody watches a folder of it")
    func watchedIsUsed() async throws {
        try await withSandbox(create: CreateSandbox(template: .base)) { sandbox in
            let stream = try await sandbox.service.open(.get, sandbox.path + "/files/events?path=/home/user", token: sandbox.token)
            _ = try await stream.body.next()
            #expect(try await sandbox.send(.patch, "", UpdateSandbox(timeoutS: 1)).status == 200)
            _ = try await sandbox.begin(StartCommand(command: "sleep 3; touch late"))
            var text = ""
            while !text.contains("late"), let piece = try await stream.body.next() { text += String(decoding: piece, as: UTF8.self) }
            #expect(text.contains(#""path":"late""#))
        }
    }

    @Test("changes in a watched folder are told, those in new folders below it too")
    func watched() async throws {
        try await withSandbox { sandbox in
            let stream = try await sandbox.service.open(
                .get, sandbox.path + "/files/events?path=/home/user&recursive=true", token: sandbox.token)
            _ = try await stream.body.next()
            _ = try await sandbox.run(StartCommand(command: "mkdir new"))
            var parser = ServerSentEventParser()
            var changes: [SandboxChange] = []
            func wait(for change: SandboxChange) async throws {
                while !changes.contains(change), let piece = try await stream.body.next() {
                    for event in try parser.consume(piece) {
                        changes.append(try JSONCodec.decode(SandboxChange.self, from: Array(event.data.utf8), unknownFields: .refused))
                    }
                }
            }
            try await wait(for: SandboxChange(kind: .created, path: "new"))
            // The new folder was added to the watch before the sandbox's first process took another request.
            #expect(try await sandbox.upload("/files/content?path=new/go", Array("x".utf8), .put).status == 200)
            try await wait(for: SandboxChange(kind: .written, path: "new/go"))
            #expect(try await sandbox.send(.delete, "/files/entry?path=new/go").status == 204)
            try await wait(for: SandboxChange(kind: .removed, path: "new/go"))
        }
    }
}
