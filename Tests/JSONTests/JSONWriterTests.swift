import JSON
import Testing

@Suite("Writing JSON by hand")
struct JSONWriterTests {
    @Test("commas come by themselves")
    func commas() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("a", "x")
        writer.field("b", 1)
        writer.key("c")
        writer.beginArray()
        writer.integer(UInt64.max)
        writer.bool(false)
        writer.beginObject()
        writer.endObject()
        writer.null()
        writer.endArray()
        writer.field("d", 1.5)
        writer.field("e", Int8.min)
        writer.field("f", JSONValue.object([.init(key: "z", value: 1), .init(key: "a", value: nil)]))
        writer.endObject()
        #expect(
            String(decoding: writer.bytes, as: UTF8.self)
                == #"{"a":"x","b":1,"c":[18446744073709551615,false,{},null],"d":1.5,"e":-128,"f":{"z":1,"a":null}}"#
        )
    }

    @Test("a number that is not finite is null")
    func notFinite() {
        var writer = JSONWriter()
        writer.beginArray()
        writer.double(.nan)
        writer.double(-.infinity)
        writer.endArray()
        #expect(writer.bytes == Array("[null,null]".utf8))
    }

    @Test("every character of a string and a key is escaped where it has to be")
    func escapes() throws {
        let text = String(String.UnicodeScalarView((0...0x2FF).compactMap(Unicode.Scalar.init)))
        var writer = JSONWriter()
        writer.beginObject()
        writer.field(text, text)
        writer.endObject()
        #expect(try JSONValue(parsing: writer.bytes) == .object([.init(key: text, value: .string(text))]))
    }
}
