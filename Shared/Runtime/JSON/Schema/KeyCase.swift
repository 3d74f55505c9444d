/// The key that a property has in JSON: `createdAt` is `created_at`, `organizationID` is `organization_id`, `URLPath` is `url_path`.
/// An underscore goes before a capital that follows something else than a capital, or that begins a new word after capitals.
package func snakeCase(_ name: String) -> String {
    let bytes = Array(name.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 4)
    for (place, byte) in bytes.enumerated() {
        guard isCapital(byte) else {
            result.append(byte)
            continue
        }
        if place > 0, bytes[place - 1] != UInt8(ascii: "_") {
            let followsCapital = isCapital(bytes[place - 1])
            let beginsWord = place + 1 < bytes.count && (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(bytes[place + 1])
            if !followsCapital || beginsWord { result.append(UInt8(ascii: "_")) }
        }
        result.append(byte | 0x20)
    }
    return String(decoding: result, as: UTF8.self)
}

private func isCapital(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
