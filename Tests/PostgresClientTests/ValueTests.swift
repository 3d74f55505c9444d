import EventLoop
import PostgresClient
import Support
import Testing

@Suite("Values", .timeLimit(.minutes(15)))
struct ValueTests {
    private enum Colour: String, PostgresCodable { case red, green }

    @Test("every kind of value comes back as it was sent")
    func roundTrip() async throws {
        try await withPostgres { _, client in
            func same<Value: PostgresCodable & Equatable>(_ value: Value, as type: String) async throws {
                let back: Value = try await client.query("SELECT \(value)::\(unsafeSQL: type)").single()
                #expect(back == value, "\(type)")
            }
            try await same("naïve ☕️ 'quoted' \\ \"text\"", as: "text")
            try await same("", as: "text")
            try await same(Int64.min, as: "bigint")
            try await same(-1 as Int, as: "integer")
            try await same(Int32.max, as: "integer")
            try await same(Int16.min, as: "smallint")
            try await same(true, as: "boolean")
            try await same(0.1 + 0.2, as: "float8")
            try await same(Float(1.5), as: "real")
            try await same([0, 255, 0, 7] as [UInt8], as: "bytea")
            try await same([] as [UInt8], as: "bytea")
            try await same(PostgresUUID(high: 0x0190_0000_0000_7fff, low: 0x8000_0000_0000_0001), as: "uuid")
            try await same(PostgresTimestamp(microseconds: 1_766_000_000_123_456), as: "timestamptz")
            try await same(PostgresTimestamp(microseconds: -1), as: "timestamptz")
            try await same(PostgresJSON(text: #"{"a" :  1}"#), as: "json")
            try await same(PostgresJSON(text: #"{"a": 1}"#), as: "jsonb")
            try await same(Optional<Int>.none, as: "integer")
            try await same(Colour.green, as: "text")
            try await same([1, 2, 3] as [Int], as: "bigint[]")
            try await same([] as [Int], as: "bigint[]")
            try await same(["a", "", "{,}\"NULL"], as: "text[]")
            try await same(["a", nil] as [String?], as: "text[]")
            try await same([[1, 2], []] as [[UInt8]], as: "bytea[]")
            try await same([true, false], as: "boolean[]")
            try await same([PostgresUUID(high: 1, low: 2)], as: "uuid[]")
            try await same([PostgresJSON(text: "[1]")], as: "json[]")
            try await same([Colour.red], as: "text[]")
        }
    }

    @Test("text fits columns of other types, as a literal would")
    func textIsInferred() async throws {
        try await withPostgres { _, client in
            try await client.query("CREATE TYPE mood AS ENUM ('sad', 'happy')")
            try await client.query("CREATE TABLE things (mood mood, document jsonb, id uuid)")
            let id = PostgresUUID(high: 1, low: 2)
            try await client.query("INSERT INTO things VALUES (\("happy"), \(#"{"a": 1}"#), \(id.description))")
            let rows = try await client.query("SELECT mood, document, id FROM things WHERE mood = \("happy")")
            let (mood, document, back) = try rows[0].decode((String, String, PostgresUUID).self)
            #expect((mood, document, back) == ("happy", #"{"a": 1}"#, id))
        }
    }

    @Test("sums of bigint are read as integers when they fit")
    func numeric() async throws {
        try await withPostgres { _, client in
            for number in [0, 1, -1, 9999, 10_000, 100_000_000, -123_456_789_012, Int64.max, Int64.min] {
                let back: Int64 = try await client.query("SELECT \(number)::numeric").single()
                #expect(back == number)
            }
            for text in ["9223372036854775808", "-9223372036854775809", "1.5", "0.0001", "NaN", "1e30"] {
                await #expect(throws: PostgresDecodingError.self) {
                    _ = try await client.query("SELECT \(text)::numeric").single(Int64.self)
                }
            }
        }
    }

    @Test("what does not fit is an error that names the column and not the value")
    func mismatches() async throws {
        try await withPostgres { _, client in
            let rows = try await client.query(
                "SELECT 'secret' AS word, 300 AS number, NULL::int AS nothing, 'infinity'::timestamptz AS forever, ARRAY[[1],[2]] AS square"
            )
            let row = rows[0]
            func fails<Value: PostgresDecodable>(_ type: Value.Type, _ column: String, _ reason: String) {
                let error = #expect(throws: PostgresDecodingError.self) { _ = try row.decode(type, column) }
                #expect(error?.description.contains(reason) == true && error?.description.contains("secret") == false, "\(column)")
            }
            fails(Int.self, "word", "is no integer")
            fails(PostgresUUID.self, "word", "is no uuid")
            fails(Bool.self, "word", "is no boolean")
            fails(Colour.self, "word", "is no Colour")
            fails(String.self, "number", "is no text")
            fails(UInt8.self, "number", "does not fit")
            fails(Int.self, "nothing", "is NULL")
            fails(String.self, "nothing", "is NULL")
            fails([Int].self, "nothing", "is NULL")
            fails(PostgresTimestamp.self, "forever", "is infinite")
            fails([Int].self, "square", "one dimension")
            fails([Int].self, "word", "is no array")
            fails(Int.self, "absent", "does not exist")
            #expect(throws: PostgresDecodingError.self) { try row.decode(Int.self, at: 5) }
            #expect(throws: PostgresDecodingError.self) { try row.decode(Int.self, at: -1) }
            #expect(try row.decode(Int?.self, "nothing") == nil)
            #expect(row["absent"] == nil)
            #expect(try row["number"]?.decode(Int16.self) == 300)
        }
    }

    @Test("text with a zero byte is refused instead of being cut")
    func zeroByte() async throws {
        try await withPostgres { _, client in
            let error = await #expect(throws: PostgresError.self) { _ = try await client.query("SELECT \("a\0b")::text") }
            #expect(error == .refused("text with a zero byte cannot be parameter $1"))
        }
    }

    @Test("an array whose bytes are damaged is an error or another array, never a trap")
    func damagedArrays() async throws {
        try await withPostgres { _, client in
            let whole: [UInt8] = try await client.query("SELECT int8send(0) || array_send(ARRAY[1, 2, NULL, 4]::bigint[])").single()
            let valid = Array(whole.dropFirst(8))
            var random = RandomSource.seeded(7)
            var damaged = (0..<valid.count).map { Array(valid.prefix($0)) }
            for _ in 0..<2000 {
                var copy = valid
                for _ in 0...Int(random.next() % 3) {
                    copy[Int(random.next() % UInt64(copy.count))] =
                        [0, 1, 0x7f, 0x80, 0xff, UInt8(truncatingIfNeeded: random.next())][
                            Int(random.next() % 6)]
                }
                damaged.append(copy)
            }
            var refused = 0
            for row in try await client.query("SELECT unnest(\(damaged))") {
                do { _ = try row.decode([Int?].self, at: 0) } catch is PostgresDecodingError { refused += 1 }
            }
            #expect(refused >= valid.count)
            let back = try await client.query("SELECT \(valid)")[0].decode([Int?].self, at: 0)
            #expect(back == [1, 2, nil, 4])
        }
    }
}
