import Foundation
import JSON
import Testing

@Suite("Which texts are JSON")
struct ParserTests {
    @Test("what RFC 8259 accepts is accepted and means what it means to another parser", arguments: ParserCases.accepted)
    func accepted(_ text: String) throws {
        let value = try JSONValue(parsing: Array(text.utf8))
        let other = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
        #expect(isSame(value, other))
        var writer = JSONWriter()
        writer.json(value)
        #expect(try JSONValue(parsing: writer.bytes) == value)
    }

    @Test("what RFC 8259 refuses is refused with an offset inside the text", arguments: ParserCases.refused + ParserCases.refusedHere)
    func refused(_ text: String) throws {
        let error = try #require(throws: JSONError.self) { try JSONDocument(Array(text.utf8)) }
        #expect(error.offset >= 0 && error.offset <= text.utf8.count && error.pointer == "" && !error.detail.isEmpty)
    }

    @Test("what is not UTF-8 is refused", arguments: ParserCases.refusedBytes)
    func notUTF8(_ bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try JSONDocument(bytes) }
    }

    @Test("a text cut short anywhere is refused")
    func cut() throws {
        let text = Array(#"{"a":[1,-2.5e-3,"x\u00e9\n",true,false,null,{"b":{}}],"ü":"\ud83d\ude39"}"#.utf8)
        _ = try JSONDocument(text)
        for end in text.indices {
            #expect(throws: JSONError.self) { try JSONDocument(Array(text[..<end])) }
        }
    }

    @Test("nesting of 64 and numbers of 64 bytes are the limits")
    func limits() throws {
        _ = try JSONDocument(Array((String(repeating: "[", count: 64) + String(repeating: "]", count: 64)).utf8))
        _ = try JSONDocument(Array(String(repeating: "1", count: 64).utf8))
        let deep = Array(String(repeating: "{\"a\":", count: 64).utf8)
        #expect(throws: JSONError(pointer: "", detail: "ends too early", offset: deep.count)) { try JSONDocument(deep) }
        #expect(throws: JSONError(pointer: "", detail: "is nested too deeply", offset: deep.count)) { try JSONDocument(deep + [0x7B]) }
    }

    @Test("a duplicate is found among many keys, and many different keys are not taken for duplicates", arguments: [2, 16, 17, 40, 5000])
    func duplicates(_ count: Int) throws {
        let members = (0..<count).map { "\"key\($0)\":\($0)" }
        _ = try JSONDocument(Array("{\(members.joined(separator: ","))}".utf8))
        for repeated in [0, count / 2, count - 1] {
            let plain = "{\(members.joined(separator: ",")),\"key\(repeated)\":1}"
            let error = #expect(throws: JSONError.self) { try JSONDocument(Array(plain.utf8)) }
            #expect(error?.detail == "has a duplicate key")
            let escaped = "{\"\\u006bey\(repeated)\":1,\(members.joined(separator: ","))}"
            #expect(throws: JSONError.self) { try JSONDocument(Array(escaped.utf8)) }
        }
    }

    @Test(
        "a number reads as the nearest double, like the system's",
        arguments: [
            "0.1", "-0.00000000000000000000000000000000000000000000000000000000001", "1e22", "1e23", "123456789012345678",
            "9007199254740993", "9007199254740992e3", "1.5e-10", "2.2250738585072011e-308",
            "4.9e-324",
            "0.000001", "1e-22", "1e-23", "179769313486231570000000000", "3.141592653589793238462643383279", "1e308", "-0.0", "5e-325",
            "8.41e21",
            "9214843084008499.0", "30078505129381147446200", "0.500000000000000166533453693773481063544750213623046875",
        ])
    func doubles(_ text: String) throws {
        let expected = strtod(text, nil)
        let value = try JSONCodec.decode(Double.self, from: Array(text.utf8), unknownFields: .refused)
        #expect(value.bitPattern == expected.bitPattern)
    }

    private func isSame(_ value: JSONValue, _ other: Any) -> Bool {
        switch value {
        case .null: other is NSNull
        case .bool(let value): (other as? Bool) == value
        case .int(let value): (other as? NSNumber)?.int64Value == Int64(value)
        case .double(let value): (other as? NSNumber)?.doubleValue == value
        case .string(let value): (other as? String).map { Array($0.utf8) } == Array(value.utf8)
        case .array(let elements):
            (other as? [Any]).map { $0.count == elements.count && zip(elements, $0).allSatisfy(isSame) } ?? false
        case .object(let members):
            (other as? [String: Any]).map { others in
                others.count == members.count
                    && members.allSatisfy { member in others[member.key].map { isSame(member.value, $0) } ?? false }
            } ?? false
        }
    }
}
