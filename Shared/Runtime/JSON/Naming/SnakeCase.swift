/// The JSON name of a Swift property: `displayName` is `display_name`, `ownerID` is `owner_id`, `pageURLs` is `page_urls`.
/// A run of capitals is one word; its last capital starts the next word if a lower-case letter follows.
package func snakeCase(_ name: String) -> String {
    var result = ByteBuffer(reserving: name.utf8.count + 4)
    result.append(snakeCaseOf: name.utf8.span)
    return String(decoding: result.contents, as: UTF8.self)
}

/// Whether the JSON name of a Swift property is this text, found without building the name.
func isSnakeCase(_ text: Span<UInt8>, of name: Span<UInt8>) -> Bool {
    guard text.count >= name.count else { return false }
    var position = 0
    for index in name.indices {
        var letter = name[unchecked: index]
        if isCapital(letter) {
            if startsWord(at: index, in: name) {
                guard position < text.count, text[unchecked: position] == UInt8(ascii: "_") else { return false }
                position &+= 1
            }
            letter |= 0x20
        }
        guard position < text.count, text[unchecked: position] == letter else { return false }
        position &+= 1
    }
    return position == text.count
}

@inline(__always)
func isCapital(_ letter: UInt8) -> Bool { letter &- UInt8(ascii: "A") < 26 }

/// Whether an underscore goes before the capital at `index`.
func startsWord(at index: Int, in name: Span<UInt8>) -> Bool {
    guard index > 0 else { return false }
    let previous = name[index - 1]
    if previous == UInt8(ascii: "_") { return false }
    if !isCapital(previous) { return true }
    guard index + 1 < name.count, isLowercase(name[index + 1]) else { return false }
    // The s of a plural belongs to the capitals before it, as in "userIDs" and "pageURLsByHost".
    let isPlural = name[index + 1] == UInt8(ascii: "s") && (index + 2 == name.count || isCapital(name[index + 2]))
    return !isPlural
}

private func isLowercase(_ letter: UInt8) -> Bool { letter >= UInt8(ascii: "a") && letter <= UInt8(ascii: "z") }
