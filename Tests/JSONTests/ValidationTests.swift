import JSON
import Testing

@Suite("Validation against a recorded schema")
struct ValidationTests {
    enum Mode: String, WireEnum { case unknown, fast, slow }

    struct Settings: Codable, Sendable, WireRules {
        var mode: Mode
        var temperature: Double?
        static var rules: [Rule] { [.range(CodingKeys.temperature, 0.0...2.0)] }
    }

    struct Request: Codable, Sendable, WireRules {
        var displayName: String
        var maximumSteps: Int
        var priority: Int8
        var isPublic: Bool
        var tags: [String]?
        var labels: [String: String]
        var settings: Settings?
        var note: Patch<String>
        var anything: JSONValue?
        static var rules: [Rule] {
            [
                .length(CodingKeys.displayName, 1...5), .range(CodingKeys.maximumSteps, 1...100), .count(CodingKeys.tags, 1...2),
                .elementLength(CodingKeys.tags, 2...3), .members(CodingKeys.labels, 0...1),
            ]
        }
    }

    private func violations<T: Decodable>(_ type: T.Type, _ text: String, _ unknownFields: JSONCodec.UnknownFields = .refused) throws
        -> [String]
    {
        let validator = try SchemaValidator(.of(type))
        return try validator.violations(in: JSONDocument(Array(text.utf8)), unknownFields: unknownFields).map {
            "\($0.pointer) \($0.detail)"
        }
    }

    @Test("what is right has no violation, and absent and null are both right for optional fields")
    func right() throws {
        let minimal = #"{"display_name":"n\u00e9","maximum_steps":1,"priority":-128,"is_public":true,"labels":{}}"#
        #expect(try violations(Request.self, minimal) == [])
        let full = #"""
            {"note":null,"anything":{"x":[1]},"settings":{"temperature":2,"mode":"\u0066ast"},"labels":{"camelCase":"v"},"tags":["ab","日本語"],
            "is_public":false,"priority":127.0,"maximum_steps":1e2,"display_name":"😀😀😀😀😀"}
            """#
        #expect(try violations(Request.self, full) == [])
        #expect(
            try violations(
                Request.self,
                #"{"tags":null,"settings":null,"display_name":"a","maximum_steps":2,"priority":0,"is_public":true,"labels":{}}"#) == [])
        let request = try JSONCodec.decode(Request.self, from: Array(full.utf8), unknownFields: .refused)
        #expect(request.maximumSteps == 100 && request.priority == 127 && request.settings?.mode == .fast)
    }

    @Test("U+0000 is a violation for who refuses it, within the schema")
    func zero() throws {
        let validator = try SchemaValidator(.of(Request.self))
        let text = #"""
            {"display_name":"a\u0000","maximum_steps":1,"priority":0,"is_public":true,"labels":{"a":"\\u0000"},"tags":["\u0000b"],
            "anything":"\u0000"}
            """#
        let document = try JSONDocument(Array(text.utf8))
        #expect(validator.violations(in: document, unknownFields: .refused) == [])
        let found = validator.violations(in: document, unknownFields: .refused, refusesNUL: true)
        #expect(found.map(\.pointer) == ["/display_name", "/tags/0"])
    }

    @Test("all violations are reported at once, each with its pointer")
    func all() throws {
        let text = #"""
            {"display_name":"","maximum_steps":101,"priority":128,"is_public":"yes","tags":["a","abcd","ab"],"labels":{"a/b":1,"c":"d"},
            "settings":{"mode":"medium","temperature":-0.5,"extra":[]},"note":3,"surplus":1}
            """#
        #expect(
            try violations(Request.self, text) == [
                "/display_name must not be empty",
                "/maximum_steps must be at most 100",
                "/priority must be at most 127",
                "/is_public must be true or false",
                "/tags/0 must have at least 2 characters",
                "/tags/1 must have at most 3 characters",
                "/tags must have at most 2 elements",
                "/labels/a~1b must be a string",
                "/labels must have at most 1 members",
                "/settings/mode must be one of fast, slow",
                "/settings/temperature must be at least 0.0",
                "/settings/extra is not a known field",
                "/note must be a string",
                "/surplus is not a known field",
            ])
    }

    @Test("missing members are named, and the wrong kind of value is")
    func missing() throws {
        #expect(
            try violations(Request.self, #"{"settings":{},"priority":1.5}"#) == [
                "/settings/mode is required", "/priority must be an integer", "/display_name is required", "/maximum_steps is required",
                "/is_public is required", "/labels is required",
            ])
        #expect(try violations(Request.self, "[]") == [" must be an object"])
        #expect(try violations([Int].self, #"{}"#) == [" must be an array"])
        #expect(
            try violations([Int].self, #"[1,"a",null,1e300,9223372036854775808,-9223372036854775808,0.5]"#) == [
                "/1 must be an integer", "/2 must be an integer", "/3 is out of range", "/4 is out of range", "/6 must be an integer",
            ])
        #expect(try violations([Double].self, #"[1e999,true,0.5]"#) == ["/0 is out of range", "/1 must be a number"])
    }

    @Test("unknown fields can be ignored at every depth, and nothing else")
    func unknown() throws {
        let text = #"{"x":1,"mode":"fast","temperature":9,"y":{}}"#
        #expect(try violations(Settings.self, text, .ignored) == ["/temperature must be at most 2.0"])
        #expect(try violations([String: [Settings]].self, #"{"k":[{"mode":"slow","z":1}]}"#, .ignored) == [])
        #expect(try violations([String: [Settings]].self, #"{"k":[{"mode":"slow","z":1}]}"#) == ["/k/0/z is not a known field"])
    }

    @Test("an answer names a bounded number of violations")
    func cap() throws {
        let text = "[" + Array(repeating: "true", count: 10_000).joined(separator: ",") + "]"
        let found = try violations([Int].self, text)
        #expect(found.count == SchemaValidator.maximumViolations)
        #expect(found.last == "/31 must be an integer")
    }

    struct Tree: Codable, Sendable {
        var label: String
        var children: [Tree]
        var byName: [String: Tree]?
    }

    @Test("a recursive schema is followed as deep as the text goes")
    func recursive() throws {
        let text = #"{"label":"a","children":[{"label":"b","children":[{"label":1,"children":[]}],"by_name":{"x":{"label":"c"}}}]}"#
        #expect(
            try violations(Tree.self, text) == [
                "/children/0/children/0/label must be a string", "/children/0/by_name/x/children is required",
            ])
        var deep = #"{"label":"leaf","children":[]}"#
        for _ in 0..<31 { deep = #"{"label":"n","children":["# + deep + "]}" }
        #expect(try violations(Tree.self, deep) == [])
        #expect(throws: JSONError.self) { try violations(Tree.self, #"{"label":"n","children":["# + deep + "]}") }
    }

    enum Step: WireUnion {
        case say(Say), both(Both)
        struct Say: Codable, Sendable { var text: String }
        struct Both: Codable, Sendable { var first: [Step], second: [Step] }
        enum Tag: String, WireEnum { case unknown, say, both }
        enum CodingKeys: String, CodingKey { case type }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            switch try container.decode(Tag.self, forKey: .type) {
            case .say: self = .say(try Say(from: decoder))
            case .both: self = .both(try Both(from: decoder))
            case .unknown: throw DecodingError.dataCorruptedError(forKey: .type, in: container, debugDescription: "is of an unknown type")
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            switch self {
            case .say(let say):
                try container.encode(Tag.say, forKey: .type)
                try say.encode(to: encoder)
            case .both(let both):
                try container.encode(Tag.both, forKey: .type)
                try both.encode(to: encoder)
            }
        }
    }

    @Test("a tagged union is checked as the variant that its tag names, wherever the tag stands")
    func union() throws {
        let right = #"[{"type":"say","text":"hi"},{"second":[{"text":"x","type":"say"}],"first":[],"type":"both"}]"#
        #expect(try violations([Step].self, right) == [])
        let steps = try JSONCodec.decode([Step].self, from: Array(right.utf8), unknownFields: .refused)
        #expect(
            String(decoding: try JSONCodec.encode(steps), as: UTF8.self)
                == #"[{"type":"say","text":"hi"},{"type":"both","first":[],"second":[{"type":"say","text":"x"}]}]"#)
        let wrong =
            #"[{"type":"sing"},{"text":"hi"},{"type":1},{"type":"say","first":[]},{"type":"both","first":[{"type":"say"}],"second":1},3]"#
        #expect(
            try violations([Step].self, wrong) == [
                "/0/type must be one of say, both", "/1/type is required", "/2/type must be a string", "/3/first is not a known field",
                "/3/text is required", "/4/first/0/text is required", "/4/second must be an array", "/5 must be an object",
            ])
    }

    @Test("one error carries a broken text, the violations, or what only a type can find")
    func oneError() throws {
        struct Even: Codable, Sendable {
            var number: EvenNumber
        }
        struct EvenNumber: WireScalar {
            var value: Int
            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                value = try container.decode(Int.self)
                if value % 2 != 0 { throw DecodingError.dataCorruptedError(in: container, debugDescription: "must be even") }
            }
            init(value: Int) { self.value = value }
            func encode(to encoder: any Encoder) throws { try value.encode(to: encoder) }
            static var schema: JSONValue { ["type": "integer"] }
            static var sample: EvenNumber { EvenNumber(value: 2) }
        }
        let validator = try SchemaValidator(.of(Even.self))
        for (text, expected) in [
            ("{", JSONError(pointer: "", detail: "lacks a key", offset: 1)),
            (#"{"number":"2"}"#, JSONError(pointer: "/number", detail: "must be an integer", offset: 11)),
            (#"{"number":3}"#, JSONError(pointer: "/number", detail: "must be even", offset: 10)),
        ] {
            #expect(throws: expected) {
                let document = try JSONDocument(Array(text.utf8))
                if let violation = validator.violations(in: document, unknownFields: .refused).first { throw violation }
                _ = try JSONCodec.decode(Even.self, from: document, unknownFields: .ignored)
            }
        }
    }

    @Test(
        "a schema of a form that is never recorded is refused when it is compiled",
        arguments: [
            ["type": "date"], ["$ref": "#/definitions/X"], ["$ref": "#/components/schemas/Missing"], ["anyOf": [["type": "string"]]],
            ["enum": [1], "type": "string"], ["enum": [], "type": "string"], ["type": "object", "properties": [:], "required": ["x"]],
            ["type": "integer", "minimum": 3, "maximum": 2], ["type": "string", "maxLength": "3"], ["$ref": "#/components/schemas/Loop"], 5,
            ["oneOf": [["type": "object"]]],
        ] as [JSONValue])
    func unsupported(_ schema: JSONValue) {
        let loop: JSONValue = ["anyOf": [["$ref": "#/components/schemas/Loop"], ["type": "null"]]]
        #expect(throws: UnsupportedSchema.self) { try SchemaValidator(JSONSchema(root: schema, components: ["Loop": loop])) }
    }
}
