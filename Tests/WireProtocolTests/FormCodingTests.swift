import HTTPMessage
import JSON
import Testing
import WireProtocol

@Suite("Queries and forms")
struct FormCodingTests {
    private func object<Value: Decodable>(_ text: String, as type: Value.Type) throws -> JSONValue {
        FormCoding.object(try HTTPQuery(decoding: text), schema: try JSONSchema.of(type))
    }

    @Test("numbers become numbers where the schema wants them")
    func numbers() throws {
        #expect(try object("limit=5&cursor=17", as: PageQuery.self) == ["limit": 5, "cursor": "17"])
    }

    @Test(
        "what is no number stays a string, for the validator to refuse", arguments: ["", "5.0", "+5", "05", "0x5", "99999999999999999999"])
    func noNumbers(text: String) throws {
        #expect(
            try object("limit=\(text)", as: PageQuery.self) == .object([.init(key: "limit", value: .string(text == "+5" ? " 5" : text))]))
    }

    @Test("a name given twice becomes an array, which is refused where none is wanted")
    func duplicates() throws {
        #expect(try object("limit=5&limit=6&limit=7", as: PageQuery.self) == ["limit": [5, 6, 7]])
    }

    @Test("a name given any number of times, and any number of names, are gathered in one go", .timeLimit(.minutes(15)))
    func many() throws {
        let count = 200_000
        let repeated = HTTPQuery(items: (0..<count).map { HTTPQuery.Item(name: "a", value: "\($0)") })
        let schema = try JSONSchema.of(PageQuery.self)
        #expect(FormCoding.object(repeated, schema: schema)["a"]?.elements?.count == count)
        let different = HTTPQuery(items: (0..<count).map { HTTPQuery.Item(name: "\($0)", value: "") })
        #expect(FormCoding.object(different, schema: schema).members?.count == count)
    }

    @Test("an unknown name is kept, for the validator to refuse")
    func unknownNames() throws {
        #expect(try object("limits=5", as: PageQuery.self) == ["limits": "5"])
    }

    @Test("a form is the object of its fields")
    func form() throws {
        let form = "grant_type=password&username=ada%40example.com&password=a+b%2Bc"
        #expect(
            try object(form, as: TokenRequest.self)
                == ["grant_type": "password", "username": "ada@example.com", "password": "a b+c"])
    }

    @Test("a request becomes the query that it is decoded from")
    func queries() throws {
        let query = FormCoding.query(["limit": 5, "cursor": "a b", "agent_id": nil])
        #expect(query.items == [.init(name: "limit", value: "5"), .init(name: "cursor", value: "a b")])
    }
}
