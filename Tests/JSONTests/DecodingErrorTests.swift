import JSON
import Testing

@Suite("What a decoding error says")
struct DecodingErrorTests {
    struct Item: Codable, Equatable { var itemName: String, count: UInt8?, level: Level? }
    enum Level: String, Codable { case low, high }
    struct List: Codable, Equatable { var items: [Item], labels: [String: Int]? }

    private func error(_ text: String, unknownFields: JSONCodec.UnknownFields = .refused) -> JSONError? {
        #expect(throws: JSONError.self) { try JSONCodec.decode(List.self, from: Array(text.utf8), unknownFields: unknownFields) }
    }

    @Test(
        "the pointer names the place and the offset its byte",
        arguments: [
            (#"{"items":[{"item_name":1}]}"#, "/items/0/item_name", "must be a string", 23),
            (#"{"items":[{"item_name":"a"},{}]}"#, "/items/1/item_name", "is required", 28),
            (#"{"items":[{"item_name":"a","count":256}]}"#, "/items/0/count", "is out of range", 35),
            (#"{"items":[{"item_name":"a","count":-1}]}"#, "/items/0/count", "is out of range", 35),
            (#"{"items":[{"item_name":"a","count":1.5}]}"#, "/items/0/count", "must be an integer", 35),
            (#"{"items":[{"item_name":"a","count":"1"}]}"#, "/items/0/count", "must be an integer", 36),
            (#"{"items":[{"item_name":"a","level":"mid"}]}"#, "/items/0/level", "is not one of the allowed values", 36),
            (#"{"items":{}}"#, "/items", "must be an array", 9),
            (#"{"items":[null]}"#, "/items/0", "must be an object", 10),
            (#"{"items":[],"labels":{"a/b~c":true}}"#, "/labels/a~1b~0c", "must be an integer", 30),
            (#"{"items":[],"labels":{"n":99999999999999999999}}"#, "/labels/n", "is out of range", 26),
            (#"{"items":[],"extra":1}"#, "/extra", "is not a known field", 13),
            (#"{"items":[{"item_name":"a","itemName":1}]}"#, "/items/0/itemName", "is not a known field", 28),
            (#"[]"#, "", "must be an object", 0),
            (#"{"items":[]"#, "", "lacks a comma or a closing brace", 11),
        ])
    func place(_ text: String, _ pointer: String, _ detail: String, _ offset: Int) {
        #expect(error(text) == JSONError(pointer: pointer, detail: detail, offset: offset))
    }

    @Test("a list of strings is checked element by element")
    func strings() throws {
        struct Tagged: Codable, Equatable { var tags: [String], groups: [[String]]? }
        let right = Array(#"{"tags":["a","\u00e9",""],"groups":[[],["b"]]}"#.utf8)
        #expect(
            try JSONCodec.decode(Tagged.self, from: right, unknownFields: .refused) == Tagged(tags: ["a", "é", ""], groups: [[], ["b"]]))
        for (text, pointer, detail) in [
            (#"{"tags":["a",1]}"#, "/tags/1", "must be a string"), (#"{"tags":"a"}"#, "/tags", "must be an array"),
            (#"{"tags":[],"groups":[["a"],[null]]}"#, "/groups/1/0", "must be a string"), (#"{}"#, "/tags", "is required"),
        ] {
            let error = #expect(throws: JSONError.self) {
                try JSONCodec.decode(Tagged.self, from: Array(text.utf8), unknownFields: .refused)
            }
            #expect(error?.pointer == pointer && error?.detail == detail)
        }
    }

    @Test("unknown fields may be ignored")
    func ignored() throws {
        let text = #"{"extra":{"a":[1,{"b":2}]},"items":[{"x":null,"item_name":"a","y":[]}],"z":1}"#
        let list = try JSONCodec.decode(List.self, from: Array(text.utf8), unknownFields: .ignored)
        #expect(list == List(items: [Item(itemName: "a", count: nil, level: nil)], labels: nil))
        #expect(error(text)?.pointer == "/extra")
    }

    @Test("members are found in any order and through escapes")
    func order() throws {
        let text = #"{"items":[{"level":"high","cou\u006et":3,"item\u005fname":"\u0061"}]}"#
        let list = try JSONCodec.decode(List.self, from: Array(text.utf8), unknownFields: .refused)
        #expect(list.items == [Item(itemName: "a", count: 3, level: .high)])
    }

    @Test("a null where a value has to be is an error, and absence for what is optional")
    func null() throws {
        #expect(error(#"{"items":null}"#)?.pointer == "/items")
        #expect(try JSONCodec.decode(List.self, from: Array(#"{"items":[],"labels":null}"#.utf8), unknownFields: .refused).labels == nil)
    }
}
