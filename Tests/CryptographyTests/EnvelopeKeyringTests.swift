import Cryptography
import Testing

struct EnvelopeKeyringTests {
    private let ring: EnvelopeKeyring
    private let key = RandomBytes.make(count: 32)
    private let secret = Array("a secret".utf8)
    private let place = Array("table/column/row".utf8)

    init() throws { ring = try EnvelopeKeyring(current: "one", keys: ["one": key]) }

    @Test("what was sealed is opened again, and two envelopes of one secret differ")
    func roundTrip() throws {
        let first = try ring.seal(secret, associatedData: place)
        let second = try ring.seal(secret, associatedData: place)
        #expect(first != second)
        #expect(try ring.open(first, associatedData: place) == secret)
        #expect(try ring.open(second, associatedData: place) == secret)
        #expect(try ring.open(ring.seal([], associatedData: []), associatedData: []) == [])
    }

    @Test("an envelope with any byte changed, cut short, or moved to another place is refused")
    func tampering() throws {
        let envelope = try ring.seal(secret, associatedData: place)
        for other in tampered(envelope) { #expect(throws: CryptographyError.self) { try ring.open(other, associatedData: place) } }
        for other in tampered(place) {
            #expect(throws: CryptographyError.notAuthentic) { try ring.open(envelope, associatedData: other) }
        }
        for length in envelope.indices {
            #expect(throws: CryptographyError.notAuthentic) { try ring.open(Array(envelope.prefix(length)), associatedData: place) }
        }
    }

    @Test("after a change of keys old envelopes still open and new ones carry the new key")
    func rotation() throws {
        let old = try ring.seal(secret, associatedData: place)
        let both = try EnvelopeKeyring(current: "two", keys: ["one": key, "two": RandomBytes.make(count: 32)])
        #expect(try both.open(old, associatedData: place) == secret)
        let new = try both.seal(secret, associatedData: place)
        #expect(throws: CryptographyError.unknownKey("two")) { try ring.open(new, associatedData: place) }
    }

    @Test("a key id cannot be exchanged for another that has the same key")
    func keyIDIsAuthenticated() throws {
        let twins = try EnvelopeKeyring(current: "one", keys: ["one": key, "two": key])
        var envelope = try twins.seal(secret, associatedData: place)
        envelope.replaceSubrange(2..<5, with: "two".utf8)
        #expect(throws: CryptographyError.notAuthentic) { try twins.open(envelope, associatedData: place) }
    }

    @Test("a ring without its current key, with a short key or a bad id is refused")
    func construction() {
        #expect(throws: CryptographyError.unknownKey("two")) { try EnvelopeKeyring(current: "two", keys: ["one": key]) }
        #expect(throws: CryptographyError.self) { try EnvelopeKeyring(current: "one", keys: ["one": Array(key.dropLast())]) }
        #expect(throws: CryptographyError.self) { try EnvelopeKeyring(current: "", keys: ["": key]) }
        let long = String(repeating: "a", count: 256)
        #expect(throws: CryptographyError.self) { try EnvelopeKeyring(current: long, keys: [long: key]) }
    }

    @Test("a ring prints the ids of its keys only")
    func description() { #expect("\(ring)" == "EnvelopeKeyring(one)") }
}
