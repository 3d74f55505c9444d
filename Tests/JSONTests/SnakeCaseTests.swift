import JSON
import Testing

@Suite("Names in JSON")
struct SnakeCaseTests {
    struct Names: Codable {
        var plain: Int?, displayName: Int?, agentID: Int?, userIDs: Int?, pageURLsByHost: Int?, URLSession: Int?, myURLProperty: Int?
        var sha256Hex: Int?, oauth2Token: Int?, aB: Int?, already_snake: Int?, mixed_Case: Int?, A: Int?, x509IsOK: Int?
    }
    static let pairs = [
        ("plain", "plain"), ("displayName", "display_name"), ("agentID", "agent_id"), ("userIDs", "user_ids"),
        ("pageURLsByHost", "page_urls_by_host"), ("URLSession", "url_session"), ("myURLProperty", "my_url_property"),
        ("sha256Hex", "sha256_hex"), ("oauth2Token", "oauth2_token"), ("aB", "a_b"), ("already_snake", "already_snake"),
        ("mixed_Case", "mixed_case"), ("A", "a"), ("x509IsOK", "x509_is_ok"),
    ]

    @Test("a property has one name in JSON", arguments: pairs)
    func name(_ property: String, _ expected: String) {
        #expect(snakeCase(property) == expected)
    }

    @Test("decoding finds and encoding writes the same names")
    func codec() throws {
        let text = "{" + Self.pairs.enumerated().map { "\"\($1.1)\":\($0)" }.joined(separator: ",") + "}"
        let names = try JSONCodec.decode(Names.self, from: Array(text.utf8), unknownFields: .refused)
        #expect(names.x509IsOK == 13)
        #expect(String(decoding: try JSONCodec.encode(names), as: UTF8.self) == text)
    }

    @Test("the property's own name is not its name in JSON")
    func camelCaseIsUnknown() {
        #expect(throws: JSONError(pointer: "/displayName", detail: "is not a known field", offset: 2)) {
            try JSONCodec.decode(Names.self, from: Array(#"{"displayName":1}"#.utf8), unknownFields: .refused)
        }
    }
}
