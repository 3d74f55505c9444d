/// Field names that the lines of a message are compared with, all in one pass.
package struct HTTPFieldNameSet: Sendable {
    /// The names in lower case by their length, which alone tells most names of a message from all of these.
    private var namesByLength: [[[UInt8]]] = []

    /// These names.
    package init(_ names: [HTTPFieldName]) {
        for name in names {
            let bytes = Array(name.lowercased.utf8)
            while namesByLength.count <= bytes.count { namesByLength.append([]) }
            namesByLength[bytes.count].append(bytes)
        }
    }

    /// Whether a name, in whatever case, is one of them.
    func contains(_ name: Span<UInt8>) -> Bool {
        guard name.count < namesByLength.count else { return false }
        for known in namesByLength[name.count] where Self.isEqual(name, known.span) { return true }
        return false
    }

    private static func isEqual(_ name: Span<UInt8>, _ known: Span<UInt8>) -> Bool {
        for index in known.indices where FieldCharacters.lowercased(name[index]) != known[index] { return false }
        return true
    }
}
