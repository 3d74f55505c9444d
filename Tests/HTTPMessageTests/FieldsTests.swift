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
        fields.writeLines(except: HTTPFieldNameSet([]), into: &written)
        #expect(written.count { $0 == 0x0A } == 1)
    }

    @Test("lines are written as they stand, but those of the names that are left out, whatever their case and their spacing")
    func writing() {
        let head = Array("A: 1\r\nB:2\r\nC:  3 \r\nDd: 4\r\ne: 5\r\n".utf8)
        let parsed = HTTPFields(
            head: head,
            entries: [
                .init(name: 0..<1, value: 3..<4), .init(name: 6..<7, value: 8..<9), .init(name: 11..<12, value: 15..<16),
                .init(name: 19..<21, value: 23..<24), .init(name: 26..<27, value: 29..<30),
            ])
        func written(_ fields: HTTPFields, except names: [HTTPFieldName]) -> String {
            var output: [UInt8] = []
            fields.writeLines(except: HTTPFieldNameSet(names), into: &output)
            return String(decoding: output, as: UTF8.self)
        }
        #expect(written(parsed, except: []) == "A: 1\r\nB: 2\r\nC: 3\r\nDd: 4\r\ne: 5\r\n")
        #expect(written(parsed, except: ["dd", "a", "x"]) == "B: 2\r\nC: 3\r\ne: 5\r\n")
        var kept = parsed.removing(HTTPFieldNameSet(["b", "E"]), reserving: 10, lines: 1)
        kept.append("f", "6")
        #expect(written(kept, except: []) == "A: 1\r\nC: 3\r\nDd: 4\r\nf: 6\r\n")
        #expect(kept == ["a": "1", "c": "3", "dd": "4", "f": "6"])
    }

    @Test("a byte that no value or no target may hold is found wherever it stands, and no other is", arguments: [1, 7, 8, 9, 16, 19])
    func forbiddenBytes(length: Int) {
        for byte in UInt8.min...UInt8.max {
            for place in 0...length {
                for filler: UInt8 in [0x21, 0x7E, 0x80, 0xFF] {
                    var bytes = [UInt8](repeating: filler, count: length + 1)
                    bytes[place] = byte
                    let value = bytes.span.firstControl(in: 1..<length + 1)
                    #expect(value == (FieldCharacters.isValue(byte) || place == 0 ? nil : place))
                    let target = bytes.span.firstOutsideTarget(in: 1..<length + 1)
                    #expect(target == bytes[1...].firstIndex { !FieldCharacters.isVisible($0) })
                }
            }
        }
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
