/// The name by which others see a person.
package enum DisplayName {
    /// Without space around it; nil when nothing is left, or when it holds what would disturb the lines it is shown in.
    package static func normalized(_ text: String) -> String? {
        let trimmed = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
        let name = String(trimmed)
        guard !name.isEmpty, name.unicodeScalars.allSatisfy(isAllowed) else { return nil }
        return name
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        // Marks that turn the direction of what follows.
        case .format: !(0x202A...0x202E).contains(scalar.value) && !(0x2066...0x2069).contains(scalar.value)
        default: true
        }
    }
}
