import Foundation
import Glibc
import JSON
import Testing

@Suite("Properties that hold for generated texts")
struct PropertyTests {
    @Test("a generated value is written and read again unchanged", arguments: 1...20 as ClosedRange<UInt64>)
    func roundTrip(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let value = Self.value(&generator, depth: 0)
            let bytes = try JSONCodec.encode(value)
            #expect(try JSONValue(parsing: bytes) == value)
            #expect(try JSONCodec.decode(JSONValue.self, from: bytes, unknownFields: .refused) == value)
        }
    }

    struct Model: Codable, Sendable {
        var name: String, count: Int?, ratio: Double?, list: [Model]?, map: [String: [Int8]]?, tag: Tag?, rest: JSONValue?
        enum Tag: String, WireEnum { case unknown, one, two }
    }

    /// Mutations of a right text: never a trap, and whatever is accepted is accepted by another parser too.
    @Test("a mutated text is refused or means the same to another parser", arguments: 1...20 as ClosedRange<UInt64>)
    func mutations(_ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let validator = try SchemaValidator(.of(Model.self))
        let right = Array(
            #"{"name":"a\u00e9\n😀","count":-12,"ratio":1.5e3,"list":[{"name":"","tag":"one"}],"map":{"k":[1,-128]},"rest":{"x":[null,true]}}"#
                .utf8)
        for _ in 0..<500 {
            let text = Self.mutated(right, &generator)
            let document = try? JSONDocument(text)
            _ = try? JSONCodec.decode(Model.self, from: text, unknownFields: .refused)
            guard let document else { continue }
            #expect((try? JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed)) != nil || Self.hasHugeNumber(text))
            let violations = validator.violations(in: document, unknownFields: .refused)
            #expect(violations.count <= SchemaValidator.maximumViolations)
            if violations.isEmpty {
                let model = try JSONCodec.decode(Model.self, from: document, unknownFields: .refused)
                let again = try JSONCodec.decode(Model.self, from: JSONCodec.encode(model), unknownFields: .refused)
                #expect(try JSONCodec.encode(again) == JSONCodec.encode(model))
            }
        }
    }

    @Test("a hostile text costs time in proportion to its length")
    func linear() throws {
        let escapedKeys = "{" + (0..<60_000).map { "\"\\u0061\($0)\":0" }.joined(separator: ",") + "}"
        let plainKeys = "{" + (0..<60_000).map { "\"\($0)\":0" }.joined(separator: ",") + "}"
        let numbers = "[" + Array(repeating: "99999999999999999999", count: 60_000).joined(separator: ",") + "]"
        for text in [escapedKeys, plainKeys, numbers] {
            let begin = Self.processorSeconds
            _ = try JSONValue(parsing: Array(text.utf8))
            _ = try? JSONCodec.decode([String: Int].self, from: Array(text.utf8), unknownFields: .refused)
            #expect(Self.processorSeconds - begin < 10)
        }
    }

    /// What this thread has had of a processor: other threads and programs take nothing from it.
    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func hasHugeNumber(_ text: [UInt8]) -> Bool {
        guard let value = try? JSONValue(parsing: text) else { return true }
        return holdsHuge(value)
    }

    private static func holdsHuge(_ value: JSONValue) -> Bool {
        switch value {
        case .double(let value): abs(value) > 1e100
        case .array(let elements): elements.contains(where: holdsHuge)
        case .object(let members): members.contains { holdsHuge($0.value) }
        default: false
        }
    }

    private static func mutated(_ text: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var text = text
        for _ in 0...generator.number(below: 4) {
            let place = generator.number(below: text.count)
            switch generator.number(below: 5) {
            case 0: text[place] = UInt8(generator.number(below: 256))
            case 1: text.remove(at: place)
            case 2: text.insert(interesting[generator.number(below: interesting.count)], at: place)
            case 3: text.swapAt(place, generator.number(below: text.count))
            default:
                text.insert(
                    contentsOf: text[place..<min(text.count, place + generator.number(below: 20))], at: generator.number(below: text.count))
            }
        }
        return text
    }

    private static let interesting = Array("{}[]\",:\\u0123456789eE+-.truefalsn \n\u{0}".utf8)

    private static func value(_ generator: inout SeededGenerator, depth: Int) -> JSONValue {
        switch generator.number(below: depth > 5 ? 6 : 8) {
        case 0: return .null
        case 1: return .bool(generator.number(below: 2) == 0)
        case 2: return .int(Int(truncatingIfNeeded: generator.next()) >> generator.number(below: 64))
        case 3:
            let double = Double(bitPattern: generator.next())
            return double.isFinite && abs(double) < 1e300 && double != double.rounded() ? .double(double) : .null
        case 4, 5: return .string(string(&generator))
        case 6: return .array((0..<generator.number(below: 5)).map { _ in value(&generator, depth: depth + 1) })
        default:
            return .object(
                (0..<generator.number(below: 5)).map {
                    JSONValue.Member(key: "\($0)" + string(&generator), value: value(&generator, depth: depth + 1))
                })
        }
    }

    private static func string(_ generator: inout SeededGenerator) -> String {
        let scalars = (0..<generator.number(below: 12)).compactMap { _ in
            Unicode.Scalar(UInt32(truncatingIfNeeded: generator.next()) >> (11 + UInt32(generator.number(below: 21))))
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
