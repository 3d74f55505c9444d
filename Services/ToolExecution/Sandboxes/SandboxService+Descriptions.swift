internal import WireProtocol

/// What people may say of their sandboxes.
extension SandboxService {
    private static let mostMetadata = 32

    /// Throws a problem 422 that names each member that cannot be kept, and each variable that cannot be set.
    static func check(metadata: [String: String]?, environment: [String: String]? = nil) throws {
        var errors: [FieldError] = []
        if let metadata, metadata.count > mostMetadata {
            errors.append(FieldError(pointer: "/metadata", detail: "would have more than \(mostMetadata) members"))
        }
        for (name, value) in metadata ?? [:] {
            if name.utf8.count + value.utf8.count > 2000 {
                errors.append(FieldError(pointer: "/metadata", detail: "\(name.prefix(40)) is too long"))
            }
            // E2B's requests are checked by no schema.
            if name.utf8.contains(0) || value.utf8.contains(0) {
                errors.append(FieldError(pointer: "/metadata", detail: "must not have the character U+0000"))
            }
        }
        for (name, value) in environment ?? [:] {
            let isName =
                !name.isEmpty && name.utf8.allSatisfy { $0 == UInt8(ascii: "_") || isLetterOrDigit($0) } && !isDigit(name.utf8.first)
            if !isName || value.utf8.contains(0) || value.utf8.count > 30_000 {
                errors.append(FieldError(pointer: "/environment", detail: "\(name.prefix(40)) is no variable that can be set"))
            }
        }
        if !errors.isEmpty { throw Problem(.validationFailed, errors: errors) }
    }

    private static func isDigit(_ byte: UInt8?) -> Bool { byte.map { (0x30...0x39).contains($0) } ?? false }
    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
