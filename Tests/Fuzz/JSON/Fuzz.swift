import JSON

/// What texts are validated against and decoded into.
struct Fuzzed: Codable, Sendable, WireRules {
    enum Kind: String, WireEnum { case unknown, first, second }
    struct Inner: Codable, Sendable {
        var someName: String
        var items: [Fuzzed]?
        var byKey: [String: [Int8]]?
    }

    var kind: Kind
    var count: Int?
    var small: UInt8?
    var ratio: Double?
    var single: Float?
    var flag: Bool?
    var inner: Inner?
    var change: Patch<Inner>
    var rest: JSONValue?

    static var rules: [Rule] { [.range(CodingKeys.count, -10...10)] }
}

private let validator = try? SchemaValidator(.of(Fuzzed.self))

/// Any text: scanned, and if it is JSON, read as a value, validated, decoded and written again.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = Array(UnsafeBufferPointer(start: start, count: count))
    guard let validator else { fatalError("the schema does not compile") }
    do {
        let document = try JSONDocument(text)
        try check(document, text, validator)
    } catch let error as JSONError {
        guard error.offset >= 0, error.offset <= count else { fatalError("\(error)") }
    } catch {
        fatalError("\(error)")
    }
    return 0
}

private func check(_ document: JSONDocument, _ text: [UInt8], _ validator: SchemaValidator) throws {
    let value = try JSONValue(document)
    let written = try JSONCodec.encode(value)
    guard try JSONValue(parsing: written) == value else { fatalError("a value changed") }
    guard try JSONCodec.encode(JSONValue(parsing: written)) == written else { fatalError("a text changed") }

    let isValid = validator.violations(in: document, unknownFields: .refused).isEmpty
    do {
        let decoded = try JSONCodec.decode(Fuzzed.self, from: document, unknownFields: .refused)
        let encoded = try JSONCodec.encode(decoded)
        guard try JSONCodec.encode(JSONCodec.decode(Fuzzed.self, from: encoded, unknownFields: .refused)) == encoded else {
            fatalError("a decoded value changed")
        }
    } catch let error as JSONError {
        // A number may still be too large for a Float, which its schema does not say.
        if isValid && error.detail != "is out of range" { fatalError("valid, but not decoded: \(error)") }
    }
    _ = try? JSONCodec.decode([String: [String: Double]].self, from: document, unknownFields: .ignored)
}
