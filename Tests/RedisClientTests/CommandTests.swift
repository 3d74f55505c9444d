import EventLoop
import RedisClient
import Support
import Testing

@Suite("Redis commands", .timeLimit(.minutes(15)))
struct CommandTests {
    @Test("lists and streams keep their order and their bytes")
    func listsAndStreams() async throws {
        try await withLoop { loop in
            try await withRedis(on: loop) { redis, prefix in
                let (list, stream) = (prefix + "list", prefix + "stream")
                #expect(try await redis.list(list) == [])
                #expect(try await redis.send(["RPUSH", .string(list), .bytes([0, 13, 10, 255, 36, 42]), .bytes([]), 7]) == .integer(3))
                #expect(try await redis.list(list) == [[0, 13, 10, 255, 36, 42], [], [0x37]])
                #expect(try await redis.stream(stream, after: "0-0") == [])
                for number in 1...5 {
                    _ = try await redis.send(["XADD", .string(stream), "1-\(number)", "number", .bytes([UInt8(number)]), "", ""])
                }
                let entries = try await redis.stream(stream, after: "0-0")
                #expect(entries.map(\.id) == ["1-1", "1-2", "1-3", "1-4", "1-5"])
                #expect(entries.last?["number"] == [5])
                #expect(entries.last?.fields.count == 2)
                #expect(try await redis.stream(stream, after: "1-3").map(\.id) == ["1-4", "1-5"])
                _ = try await redis.send(["DEL", .string(list), .string(stream)])
            }
        }
    }

    @Test("commands of many tasks are pipelined, and each gets its own answer")
    func pipelining() async throws {
        try await withLoop { loop in
            try await withRedis(on: loop) { redis, _ in
                let calls = (0..<2000).map { number in loop.spawn { try await redis.send(["ECHO", .integer(number)]).integer } }
                for (number, call) in calls.enumerated() {
                    let answer = try await call.value
                    #expect(answer == number)
                }
                let large = [UInt8](repeating: 7, count: 5 << 20)
                #expect(try await redis.send(["ECHO", .bytes(large)]).bytes == large)
            }
        }
    }

    @Test("the replies of a pipeline come together, errors among them")
    func pipeline() async throws {
        try await withLoop { loop in
            try await withRedis(on: loop) { redis, prefix in
                let key = prefix + "key"
                let replies = try await redis.pipeline([
                    ["SET", .string(key), "a"], ["INCR", .string(key)], ["MULTI"], ["DEL", .string(key)], ["EXEC"],
                ])
                #expect(replies.count == 5)
                #expect(replies[0] == .status("OK"))
                guard case .error(let text) = replies[1] else { throw RedisError.unexpectedReply("\(replies)") }
                #expect(text.hasPrefix("ERR value is not an integer"))
                #expect(replies[4] == .array([.integer(1)]))
                #expect(try await redis.pipeline([]) == [])
                let error = await #expect(throws: RedisError.self) { _ = try await redis.send(["NO-SUCH-COMMAND"]) }
                guard case .refused = error else { throw error ?? .overloaded }
            }
        }
    }

    @Test(
        "commands that would change or block the shared connection are refused",
        arguments: [
            ["SUBSCRIBE", "a"], ["select", "1"], ["Hello", "3"], ["BLPOP", "a", "0"], ["XREAD", "block", "0", "STREAMS", "a", "$"], [],
        ])
    func unsuitable(command: [String]) async throws {
        try await withLoop { loop in
            try await withRedis(on: loop) { redis, _ in
                let error = await #expect(throws: RedisError.self) { _ = try await redis.send(command.map { .string($0) }) }
                guard case .unsuitableCommand = error else { throw error ?? .overloaded }
                #expect(try await redis.send(["PING"]) == .status("PONG"))
            }
        }
    }

    @Test("a cancelled caller goes, its answer is dropped, and others keep theirs")
    func cancellation() async throws {
        try await withLoop { loop in
            try await withRedis(on: loop) { redis, _ in
                let cancelled = loop.spawn { try await redis.send(["ECHO", "a"]) }
                let kept = loop.spawn { try await redis.send(["ECHO", "b"]).string }
                loop.schedule(at: loop.now) { cancelled.cancel() }
                _ = try? await cancelled.value
                let answer = try await kept.value
                #expect(answer == "b")
                let before = loop.spawn { try await redis.send(["ECHO", "c"]) }
                before.cancel()
                await #expect(throws: CancellationError.self) { _ = try await before.value }
                #expect(try await redis.send(["ECHO", "d"]).string == "d")
            }
        }
    }

    @Test("addresses are read in all their forms")
    func addresses() throws {
        let full = try #require(RedisConfiguration("redis://me:p@ss:w@example.com:6380/3"))
        #expect(full.address == .tcp(host: "example.com", port: 6380))
        #expect(full.username == "me")
        #expect(full.password == "p@ss:w")
        #expect(full.database == 3)
        #expect(RedisConfiguration("redis://:secret@h")?.password == "secret")
        let escaped = RedisConfiguration("redis://m%65:p%40s%2fs%C3%A9@h")
        #expect(escaped?.username == "me" && escaped?.password == "p@s/sé")
        for password in ["%", "%4", "%zz", "%FF"] { #expect(RedisConfiguration("redis://:\(password)@h") == nil, "\(password)") }
        #expect(RedisConfiguration("redis://:secret@h")?.username == nil)
        #expect(RedisConfiguration("localhost")?.address == .tcp(host: "localhost", port: 6379))
        #expect(RedisConfiguration("[::1]:7")?.address == .tcp(host: "::1", port: 7))
        #expect(RedisConfiguration("unix:///run/redis.sock")?.address == .unix("/run/redis.sock"))
        #expect(RedisConfiguration("unix:/run/redis.sock")?.address == .unix("/run/redis.sock"))
        for text in [
            "", "unix:/", "unix:relative", "h:0", "h:99999", "h:x", "redis://", "redis://h/x", "redis://h/-1", "[::1", "a b", "u:p@h",
        ] {
            #expect(RedisConfiguration(text) == nil, "\(text)")
        }
    }
}
