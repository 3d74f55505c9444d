import HTTPMessage
import Testing

@Suite("Fields")
struct FieldsTests {
    @Test("names are found whatever their case, and lines keep their order")
    func lookup() {
        var fields: HTTPFields = ["Accept": "a", "X-Y": "1", "accept": "b"]
        #expect(fields["ACCEPT"] == "a")
        #expect(fields.values(of: .accept) == ["a", "b"])
        #expect(fields.combinedValue(of: .accept) == "a, b")
        #expect(fields.contains("x-y"))
        #expect(fields[.host] == nil)
        #expect(fields.combinedValue(of: .host) == nil)
        fields[.accept] = "c"
        #expect(fields.map { "\($0.name)=\($0.value)" } == ["x-y=1", "accept=c"])
        fields[.accept] = nil
        #expect(fields.count == 1)
    }

    @Test("a value cannot add lines of its own")
    func injection() {
        var fields = HTTPFields()
        fields.append("a", "b\r\nc: d\0\u{7F}\te")
        #expect(fields["a"] == "b  c: d  \te")
        var written: [UInt8] = []
        fields.writeLine(at: 0, into: &written)
        #expect(written.count { $0 == 0x0A } == 1)
    }

    @Test("a name that comes from elsewhere must be a token", arguments: ["", "a b", "a:", "é", "a\r\n", "(a)", "a\0"])
    func names(_ text: String) {
        #expect(HTTPFieldName(text) == nil)
    }

    @Test("every token byte may stand in a name, and no other")
    func tokens() {
        let expected = Set("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ".utf8)
        for byte in UInt8.min...UInt8.max { #expect(FieldCharacters.isToken(byte) == expected.contains(byte)) }
    }

    @Test("fields are equal when their lines are, however they came about")
    func equality() {
        var left: HTTPFields = ["A": "1", "b": "2"]
        left.append("c", "3")
        left.removeAll("b")
        #expect(left == ["a": "1", "C": "3"])
        #expect(left != ["c": "3", "a": "1"])
        #expect(left != ["a": "1"])
    }
}
