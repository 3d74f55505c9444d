import EventLoop
import RedisClient
import Support
import Testing

@Suite("Redis commands")
struct CommandTests {
    @Test("values are set, read, counted, removed and vanish in time")
    func values() async throws {
        try await withLoop { loop in
            try await withRedis(on: loop) { redis, prefix in
                let key = prefix + "value"
                let value: [UInt8] = [0, 13, 10, 255, 36, 42]
                #expect(try await redis.get(key) == nil)
                #expect(try await redis.set(key, value, expiry: .seconds(3600)))
                #expect(try await redis.get(key) == value)
                #expect(try await redis.set(key, [1], onlyIfAbsent: true) == false)
                #expect(try await redis.send(["PTTL", .string(key)]).integer ?? 0 > 3_000_000)
                #expect(try await redis.expire(key, after: .milliseconds(1)))
                try await loop.sleep(for: .milliseconds(10))
                #expect(try await redis.get(key) == nil)
                #expect(try await redis.expire(key, after: .seconds(1)) == false)
                #expect(try await redis.increment(key) == 1)
                #expect(try await redis.increment(key, by: -3) == -2)
                #expect(try await redis.delete(key, prefix + "none") == 1)
                let sum = "return {redis.call('INCRBY', KEYS[1], ARGV[1]), ARGV[2], false, {1}}"
                let reply = try await redis.evaluate(sum, keys: [key], arguments: [5, "x"])
                #expect(reply == .array([.integer(5), .bytes([0x78]), .null, .array([.integer(1)])]))
                try await redis.delete(key)
            }
        }
    }

    @Test("lists and streams keep their order and their bytes")
    func listsAndStreams() async throws {
        try await withLoop { loop in
            try await withRedis(on: loop) { redis, prefix in
                let list = prefix + "list"
                #expect(try await redis.append([[1], [], [3, 10]], toList: list) == 3)
                #expect(try await redis.list(list) == [[1], [], [3, 10]])
                try await redis.trimList(list, from: -2, through: -1)
                #expect(try await redis.list(list, from: 0, through: 0) == [[]])
                let stream = prefix + "stream"
                var ids: [String] = []
                for number in 0..<5 {
                    ids.append(try await redis.append(["number": [UInt8(number)], "": []], toStream: stream, maximumLength: 1000))
                }
                let entries = try await redis.stream(stream)
                #expect(entries.map(\.id) == ids)
                #expect(entries.last?["number"] == [4])
                #expect(entries.last?.fields.count == 2)
                #expect(try await redis.stream(stream, after: ids[2]).map(\.id) == Array(ids[3...]))
                #expect(try await redis.stream(stream, after: ids[0], limit: 2).map(\.id) == Array(ids[1...2]))
                #expect(try await redis.stream(prefix + "none") == [])
                try await redis.delete(list, stream)
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
