import Foundation
import JSON

/// Prints what a request costs, in microseconds, beside what it costs with Foundation in the same run.
@main
enum Main {
    static func main() throws {
        let text = Request.text
        let data = Data(text)
        let validator = try SchemaValidator(.of(Request.self))
        let document = try JSONDocument(text)
        let request = try JSONCodec.decode(Request.self, from: text, unknownFields: .refused)
        let foundationDecoder = JSONDecoder()
        foundationDecoder.keyDecodingStrategy = .convertFromSnakeCase
        let foundationEncoder = JSONEncoder()
        foundationEncoder.keyEncodingStrategy = .convertToSnakeCase

        print("\(text.count) bytes, µs each (the best of 5 rounds)")
        try measure("scan") { try JSONDocument(text) }
        measure("validate") { validator.violations(in: document, unknownFields: .refused) }
        try measure("decode from the tape") { try JSONCodec.decode(Request.self, from: document, unknownFields: .ignored) }
        try measure("encode") { try JSONCodec.encode(request) }
        measure("write by hand") { handWritten() }
        try measure("scan to a JSON value") { try JSONValue(parsing: text) }
        let value = try JSONValue(parsing: text)
        try measure("encode a JSON value") { try JSONCodec.encode(value) }
        let ours = try measure("scan, validate, decode, encode") {
            // As a service does it with a request.
            let document = try JSONDocument(text)
            if let violation = validator.violations(in: document, unknownFields: .refused, refusesNUL: true).first { throw violation }
            return try JSONCodec.encode(JSONCodec.decode(Request.self, from: document, unknownFields: .ignored))
        }
        let decoding = try measure("Foundation: decode") { try foundationDecoder.decode(Request.self, from: data) }
        let encoding = try measure("Foundation: encode") { try foundationEncoder.encode(request) }
        print("Foundation, without validation, takes \(rounded((decoding + encoding) / ours)) times as long")
    }

    private static func handWritten() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.field("ts", "2026-01-01T00:00:00.000Z")
        writer.field("level", "info")
        writer.field("message", "request completed")
        writer.field("status", 200)
        writer.field("duration_ms", 1.25)
        writer.field("path", "/api/v1/things")
        writer.endObject()
        return writer.bytes
    }

    @discardableResult
    private static func measure<T>(_ name: String, _ body: () throws -> T) rethrows -> Double {
        let clock = ContinuousClock()
        let iterations = 20_000
        var best = Double.infinity
        for _ in 0..<5 {
            let elapsed = try clock.measure {
                for _ in 0..<iterations { keep(try body()) }
            }
            best = min(best, elapsed / .microseconds(1) / Double(iterations))
        }
        print(name.padding(toLength: 32, withPad: " ", startingAt: 0), rounded(best))
        return best
    }

    /// Keeps the optimiser from seeing that a result is not used.
    @inline(never)
    private static func keep<T>(_ value: T) {}

    private static func rounded(_ value: Double) -> String { String(format: "%.2f", value) }
}
