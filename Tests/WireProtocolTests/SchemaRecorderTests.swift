import JSON
import Testing
import WireProtocol

@Suite("The schema recorder")
struct SchemaRecorderTests {
    private struct Everything: Codable, WireRules {
        var truth: Bool
        var text: String
        var whole: Int
        var small: UInt8
        var ratio: Double
        var list: [String]
        var map: [String: Int]
        var optional: String?
        var patch: Patch<Int>
        var anything: JSONValue
        var someID: AgentID

        static var rules: [Rule] {
            [
                .length(CodingKeys.text, 1...10), .length(CodingKeys.optional, 0...5), .count(CodingKeys.list, 0...3),
                .elementLength(CodingKeys.list, 1...4), .range(CodingKeys.patch, 1...9), .defaultValue(CodingKeys.optional, "x"),
            ]
        }
    }

    @Test("each kind of field is recorded with its rules")
    func fields() throws {
        let schema = try JSONSchema.of(Everything.self)
        #expect(schema.root == ["$ref": "#/components/schemas/Everything"])
        let object = try #require(schema.components["Everything"])
        let properties = object["properties"]
        #expect(properties?["truth"] == ["type": "boolean"])
        #expect(properties?["text"] == ["type": "string", "minLength": 1, "maxLength": 10])
        #expect(properties?["whole"] == ["type": "integer", "format": "int64"])
        #expect(properties?["small"] == ["type": "integer", "minimum": 0, "maximum": 255])
        #expect(properties?["ratio"] == ["type": "number"])
        #expect(properties?["list"] == ["type": "array", "items": ["type": "string", "minLength": 1, "maxLength": 4], "maxItems": 3])
        #expect(properties?["map"] == ["type": "object", "additionalProperties": ["type": "integer", "format": "int64"]])
        #expect(properties?["optional"] == ["anyOf": [["type": "string", "maxLength": 5, "default": "x"], ["type": "null"]]])
        #expect(
            properties?["patch"] == ["anyOf": [["type": "integer", "format": "int64", "minimum": 1, "maximum": 9], ["type": "null"]]])
        #expect(properties?["anything"] == [:])
        #expect(properties?["some_id"] == AgentID.schema)
        #expect(object["required"] == ["truth", "text", "whole", "small", "ratio", "list", "map", "anything", "some_id"])
        #expect(object["additionalProperties"] == false)
    }

    private struct Tree: Codable { var name: String, children: [Tree], byName: [String: Tree] }

    @Test("recursion through arrays and dictionaries becomes a reference")
    func recursion() throws {
        let schema = try JSONSchema.of(Tree.self)
        #expect(schema.components["Tree"]?["properties"]?["children"]?["items"] == JSONSchema.reference(to: "Tree"))
        #expect(schema.components["Tree"]?["properties"]?["by_name"]?["additionalProperties"] == JSONSchema.reference(to: "Tree"))
    }

    private indirect enum Expression: WireUnion {
        case number(Int), sum([Expression]), negation(Expression)
        enum Tag: String, WireEnum { case number, sum, negation, unknown }
        enum CodingKeys: CodingKey { case type, value, of }
        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            switch try container.decode(Tag.self, forKey: .type) {
            case .number, .unknown: self = .number(try container.decode(Int.self, forKey: .value))
            case .sum: self = .sum(try container.decode([Expression].self, forKey: .of))
            case .negation: self = .negation(try container.decode(Expression.self, forKey: .of))
            }
        }
        func encode(to encoder: any Encoder) throws {}
    }

    @Test("a union has a component for each variant, and may contain itself")
    func unions() throws {
        let schema = try JSONSchema.of(Expression.self)
        let union = try #require(schema.components["Expression"])
        #expect(union["oneOf"]?.elements?.count == 3)
        #expect(union["discriminator"]?["mapping"]?["sum"] == "#/components/schemas/ExpressionSum")
        #expect(schema.components["ExpressionSum"]?["properties"]?["type"] == ["type": "string", "const": "sum"])
        #expect(schema.components["ExpressionSum"]?["properties"]?["of"]?["items"] == JSONSchema.reference(to: "Expression"))
        #expect(schema.components["ExpressionNumber"]?["required"] == ["type", "value"])
    }

    private struct WithWrongRule: Codable, WireRules {
        var name: String
        enum OtherKeys: CodingKey { case nome }
        static var rules: [Rule] { [.length(OtherKeys.nome, 0...1)] }
    }

    private struct DecodesAnArray: Decodable {
        init(from decoder: any Decoder) throws { _ = try decoder.unkeyedContainer() }
    }

    private enum Other { struct Tree: Codable { var height: Int } }
    private struct BothTrees: Codable { var one: Tree, other: Other.Tree }

    private enum Untagged: WireUnion {
        case one
        enum Tag: String, WireEnum { case one, unknown }
        init(from decoder: any Decoder) throws { self = .one }
        func encode(to encoder: any Encoder) throws {}
    }

    @Test("what cannot be recorded is refused")
    func refusals() {
        #expect(throws: NotRecordable.self) { try JSONSchema.of(WithWrongRule.self) }
        #expect(throws: NotRecordable.self) { try JSONSchema.of(DecodesAnArray.self) }
        #expect(throws: NotRecordable.self) { try JSONSchema.of(BothTrees.self) }
        #expect(throws: NotRecordable.self) { try JSONSchema.of(Untagged.self) }
    }

    @Test("an open enumeration records what it knows")
    func enumerations() {
        #expect(CodeLanguage.schema == ["type": "string", "enum": ["python", "javascript", "bash"]])
        #expect(CodeLanguage.sample == .python)
    }
}
