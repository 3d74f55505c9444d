import HTTPMessage
import Testing

@Suite("Targets")
struct TargetTests {
    @Test(
        "a target has a path and perhaps a query",
        arguments: [
            ("/", "/", nil), ("/a/b?c=d?e", "/a/b", "c=d?e"), ("/a?", "/a", ""), ("http://h:1/a?b", "/a", "b"), ("http://h", "/", nil),
            ("HTTPS://h?b", "", "b"), ("*", "*", nil),
        ])
    func parts(target: String, path: String, query: String?) {
        let request = HTTPRequest(method: .get, target: target)
        #expect(request.path == path)
        #expect(request.query.map(String.init) == query)
    }

    @Test("the items of a query are decoded in order")
    func query() throws {
        let query = try HTTPRequest(method: .get, target: "/?a=1+2&b&&c%3D=%26&a=3&=x").queryItems()
        #expect(query.items.map(\.name) == ["a", "b", "c=", "a", ""])
        #expect(query.items.map(\.value) == ["1 2", "", "&", "3", "x"])
        #expect(query["a"] == "1 2")
        #expect(query["none"] == nil)
        #expect(try HTTPQuery(decoding: query.encoded) == query)
    }

    @Test(
        "malformed escapes are refused",
        arguments: [
            ("%", PercentEncodingError.malformedEscape), ("%1", .malformedEscape), ("%zz", .malformedEscape), ("%+1", .malformedEscape),
            ("a%0", .malformedEscape), ("%00", .nul), ("a\0", .nul), ("%ff", .notUTF8), ("%c3", .notUTF8), ("%ed%a0%80", .notUTF8),
        ])
    func refusals(text: String, error: PercentEncodingError) {
        #expect(throws: error) { try PercentEncoding.decode(text.utf8) }
        #expect(throws: error) { try HTTPRequest(method: .get, target: "/?a=" + text).queryItems() }
    }

    @Test("what is encoded is decoded again")
    func encoding() throws {
        let text = "a b/ü?&=+%~-._" + String(Unicode.Scalar(1))
        #expect(PercentEncoding.encode(text) == "a%20b%2F%C3%BC%3F%26%3D%2B%25~-._%01")
        #expect(try PercentEncoding.decode(PercentEncoding.encode(text).utf8) == text)
    }
}
