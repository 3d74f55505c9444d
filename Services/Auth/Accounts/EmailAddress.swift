/// An e-mail address that was checked for its shape, and the form under which two spellings are one account.
package struct EmailAddress: Sendable, Equatable {
    /// As the person wrote it.
    package let text: String
    /// In lower case: providers that tell case apart are not known.
    package let key: String

    /// In bytes.
    package static let longest = 254
    private static let longestLocalPart = 64
    private static let longestLabel = 63

    /// Nil unless it is a dot-atom, an at sign and a host name, in ASCII: look-alikes of other scripts would be other people's accounts.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count <= EmailAddress.longest, let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        let local = bytes[..<at]
        guard local.count <= EmailAddress.longestLocalPart, EmailAddress.isDotted(local, EmailAddress.isLocalCharacter),
            EmailAddress.isHost(bytes[(at + 1)...])
        else { return nil }
        self.text = text
        key = text.lowercased()
    }

    private static func isDotted(_ bytes: ArraySlice<UInt8>, _ isAllowed: (UInt8) -> Bool) -> Bool {
        bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty && $0.allSatisfy(isAllowed) }
    }

    private static func isHost(_ bytes: ArraySlice<UInt8>) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).allSatisfy { label in
            (1...longestLabel).contains(label.count) && label.first != hyphen && label.last != hyphen
                && label.allSatisfy { isLetterOrDigit($0) || $0 == hyphen }
        }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }

    private static func isLocalCharacter(_ byte: UInt8) -> Bool {
        isLetterOrDigit(byte) || "!#$%&'*+/=?^_`{|}~-".utf8.contains(byte)
    }
}
