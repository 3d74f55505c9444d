/// What a token allows: a set of names, which is a list with spaces between in requests, answers and claims (RFC 6749, 3.3).
package struct Scope: Sendable, Equatable {
    /// In no order.
    package let names: Set<String>

    /// From names that are known to be well formed.
    package init(_ names: some Sequence<String>) { self.names = Set(names) }

    /// Nil for an empty text, an empty name, or a character that the standard does not allow.
    package init?(_ text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ part in !part.isEmpty && part.utf8.allSatisfy(Scope.isAllowed) }) else { return nil }
        names = Set(parts.map(String.init))
    }

    /// In alphabetical order.
    package var text: String { sorted.joined(separator: " ") }

    /// In alphabetical order.
    package var sorted: [String] { names.sorted() }

    /// What both allow.
    package func limited(to other: Scope) -> Scope { Scope(names.intersection(other.names)) }

    /// What either allows.
    package func and(_ other: Scope) -> Scope { Scope(names.union(other.names)) }

    /// Whether the other allows all of this.
    package func isWithin(_ other: Scope) -> Bool { names.isSubset(of: other.names) }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        (0x21...0x7E).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }
}
