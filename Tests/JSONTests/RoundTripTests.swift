import JSON
import Testing

@Suite("Swift values to JSON and back")
struct RoundTripTests {
    struct Inner: Codable, Equatable {
        var displayName: String
        var ownerID: Int?
    }

    enum Mode: String, Codable { case fast, slowAndSteady = "slow_and_steady" }

    struct Everything: Codable, Equatable {
        var text = "héllo \"quoted\" \\ \n\u{1} 😀"
        var flag = true
        var int = Int.min, int8 = Int8.min, int16 = Int16.max, int32 = Int32.min, int64 = Int64.max
        var uint = UInt.max, uint8 = UInt8.max, uint16 = UInt16.max, uint32 = UInt32.max, uint64 = UInt64.max
        var double = 0.1, float: Float = 3.5e-7, whole = 5.0, huge = 1.7976931348623157e308, tiny = Double.leastNonzeroMagnitude
        var absentText: String?, presentText: String? = "", absentInner: Inner?,
            presentInner: Inner? = Inner(displayName: "a", ownerID: nil)
        var mode = Mode.slowAndSteady
        var integers = [1, -2, 3], optionals: [Int?] = [1, nil], nested = [["a"], [], ["b", "c"]]
        var inners = [Inner(displayName: "x", ownerID: 7)], empty: [Int] = []
        var scores = ["camelCase key": 1.5, "b/~": -0.0], deep = ["k": ["l": [Inner(displayName: "z", ownerID: 1)]]],
            byNumber = [7: "seven"]
    }

    @Test("every kind of property survives")
    func everything() throws {
        let value = Everything()
        let bytes = try JSONCodec.encode(value)
        #expect(try JSONCodec.decode(Everything.self, from: bytes, unknownFields: .refused) == value)
    }

    @Test("names become snake case, members keep the order of the type, absent ones are left out, slashes are not escaped")
    func text() throws {
        struct Page: Codable {
            var nextURL: String?, previousPageURLs: [String], theID: Int, empty: Nothing
            struct Nothing: Codable {}
        }
        let bytes = try JSONCodec.encode(Page(nextURL: nil, previousPageURLs: ["http://a/b"], theID: 3, empty: .init()))
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"previous_page_urls":["http://a/b"],"the_id":3,"empty":{}}"#)
    }

    @Test("dictionaries are sorted by key and keep their keys as they are")
    func dictionaries() throws {
        let value = ["zeta": ["inner2": 1, "inner1": 2], "Alpha": [:], "midKey": ["one": 1]]
        let bytes = try JSONCodec.encode(value)
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"Alpha":{},"midKey":{"one":1},"zeta":{"inner1":2,"inner2":1}}"#)
        #expect(try JSONCodec.decode([String: [String: Int]].self, from: bytes, unknownFields: .refused) == value)
    }

    @Test("values at the top may be of any kind")
    func scalars() throws {
        #expect(try JSONCodec.encode(5) == Array("5".utf8))
        #expect(try JSONCodec.encode("a") == Array("\"a\"".utf8))
        #expect(try JSONCodec.encode(Int?.none) == Array("null".utf8))
        #expect(try JSONCodec.encode([Int]()) == Array("[]".utf8))
        #expect(try JSONCodec.encode([String: Int]()) == Array("{}".utf8))
        #expect(try JSONCodec.decode(Int?.self, from: Array(" null ".utf8), unknownFields: .refused) == nil)
    }

    @Test("numbers that are not finite are refused", arguments: [Double.nan, .infinity, -.infinity])
    func notFinite(_ value: Double) {
        #expect(throws: JSONError.self) { try JSONCodec.encode([value]) }
        #expect(throws: JSONError.self) { try JSONCodec.encode(["a": Float(value)]) }
        #expect(throws: JSONError.self) { try JSONCodec.encode(JSONValue.array([.double(value)])) }
    }

    @Test("a JSON value keeps the order of members and the names of keys inside a struct")
    func jsonValue() throws {
        struct Envelope: Codable, Equatable { var rawData: JSONValue, more: JSONValue?, list: [JSONValue] }
        let text = #"{"raw_data":{"zKey":1,"aKey":[null,true,-2.5,"x"],"big":18446744073709551616},"list":[1,{}]}"#
        let value = try JSONCodec.decode(Envelope.self, from: Array(text.utf8), unknownFields: .refused)
        #expect(value.rawData["aKey"]?[2] == .double(-2.5))
        #expect(value.more == nil)
        #expect(
            String(decoding: try JSONCodec.encode(value), as: UTF8.self)
                == text.replacing("18446744073709551616", with: "1.8446744073709552e+19"))
    }

    @Test("a patch tells absent, null and a value apart")
    func patch() throws {
        struct Change: Codable, Equatable { var first: Patch<String>, second: Patch<String>, third: Patch<Inner> }
        let text = #"{"second":null,"third":{"display_name":"n"}}"#
        let change = try JSONCodec.decode(Change.self, from: Array(text.utf8), unknownFields: .refused)
        #expect(change == Change(first: .absent, second: .null, third: .value(Inner(displayName: "n", ownerID: nil))))
        #expect(String(decoding: try JSONCodec.encode(change), as: UTF8.self) == text)
    }

    @Test("a second container of one value goes on in the same object, as tagged unions want it")
    func taggedUnion() throws {
        enum Shape: Codable, Equatable {
            case circle(Circle)
            struct Circle: Codable, Equatable { var outerRadius: Int }
            enum CodingKeys: String, CodingKey { case type }
            init(from decoder: any Decoder) throws {
                let tag = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .type)
                guard tag == "circle" else { throw DecodingError.dataCorrupted(.init(codingPath: [], debugDescription: "is unheard of")) }
                self = .circle(try Circle(from: decoder))
            }
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: CodingKeys.self)
                let circle =
                    switch self {
                    case .circle(let circle): circle
                    }
                try container.encode("circle", forKey: .type)
                try circle.encode(to: encoder)
            }
        }
        let text = #"[{"type":"circle","outer_radius":3}]"#
        let shapes = try JSONCodec.decode([Shape].self, from: Array(text.utf8), unknownFields: .refused)
        #expect(shapes == [.circle(.init(outerRadius: 3))])
        #expect(String(decoding: try JSONCodec.encode(shapes), as: UTF8.self) == text)
        let other = Array(#"[{"type":"square"}]"#.utf8)
        #expect(throws: JSONError(pointer: "/0", detail: "is unheard of", offset: 1)) {
            try JSONCodec.decode([Shape].self, from: other, unknownFields: .refused)
        }
    }

    @Test("nested containers written by hand come out where they belong")
    func nestedContainers() throws {
        struct Handmade: Codable, Equatable {
            var pair: [Int]
            enum Outer: String, CodingKey { case box, list, after }
            enum Inner: String, CodingKey { case deepKey }
            init(pair: [Int]) { self.pair = pair }
            init(from decoder: any Decoder) throws {
                let outer = try decoder.container(keyedBy: Outer.self)
                var list = try outer.nestedUnkeyedContainer(forKey: .list)
                let inner = try outer.nestedContainer(keyedBy: Inner.self, forKey: .box)
                pair = [
                    try inner.decode(Int.self, forKey: .deepKey), try list.decode(Int.self), try outer.decode(Int.self, forKey: .after),
                ]
                #expect(list.isAtEnd)
            }
            func encode(to encoder: any Encoder) throws {
                var outer = encoder.container(keyedBy: Outer.self)
                var inner = outer.nestedContainer(keyedBy: Inner.self, forKey: .box)
                try inner.encode(pair[0], forKey: .deepKey)
                var list = outer.nestedUnkeyedContainer(forKey: .list)
                try list.encode(pair[1])
                try outer.encode(pair[2], forKey: .after)
            }
        }
        let bytes = try JSONCodec.encode(Handmade(pair: [1, 2, 3]))
        #expect(String(decoding: bytes, as: UTF8.self) == #"{"box":{"deep_key":1},"list":[2],"after":3}"#)
        #expect(try JSONCodec.decode(Handmade.self, from: bytes, unknownFields: .refused) == Handmade(pair: [1, 2, 3]))
    }

    @Test("writing to a container after its end is an error, not a wrong text")
    func misuse() throws {
        struct Interleaved: Encodable {
            enum Keys: String, CodingKey { case first, second }
            func encode(to encoder: any Encoder) throws {
                var outer = encoder.container(keyedBy: Keys.self)
                var inner = outer.nestedContainer(keyedBy: Keys.self, forKey: .first)
                try outer.encode(1, forKey: .second)
                try inner.encode(2, forKey: .second)
            }
        }
        #expect(throws: JSONError.self) { try JSONCodec.encode(Interleaved()) }
    }
}
