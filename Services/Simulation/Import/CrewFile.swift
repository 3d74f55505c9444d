internal import WireProtocol
internal import YAML

/// One of CrewAI's files on its way to a crew: what was wrong in it, what was left out, and where everything stood.
struct CrewFile {
    /// A place in the file, as people look for it.
    struct Place {
        let file: String
        let line: Int
        let key: String

        func says(_ detail: String) -> String { "\(file):\(line): " + (key.isEmpty ? "" : key + ": ") + detail }
    }

    /// What people call it.
    let name: String
    /// Of the field of the request that has its text.
    let pointer: String
    /// The first of them: a file can hold thousands.
    private(set) var errors: [FieldError] = []
    private(set) var notes: [ImportNote] = []
    /// Where the parts of the crew came from, by their pointers.
    private(set) var places: [String: Place] = [:]

    /// As a name in a crew may be, in characters.
    private static let longestKey = 100
    static let mostErrors = 100

    init(name: String, pointer: String) {
        self.name = name
        self.pointer = pointer
    }

    /// The entries: a mapping of names, none of them longer than a crew's may be, to mappings. Empty when there is none, which is an error too.
    mutating func entries(_ text: String) -> [YAMLNode.Member] {
        let root: YAMLNode
        do { root = try YAMLNode(parsing: text) } catch {
            refuse(error.position, "", "\(error.detail) (column \(error.position.column))")
            return []
        }
        guard let entries = root.members, !entries.isEmpty else {
            refuse(root.position, "", root.isNull ? "has no entries" : "must be a mapping of names to entries")
            return []
        }
        return entries.filter { entry in
            if entry.key.unicodeScalars.count > Self.longestKey {
                // It would stand in every other error of the entry.
                refuse(entry.position, Self.cut(entry.key), "the name is longer than \(Self.longestKey) characters")
                return false
            }
            if entry.value.members == nil { refuse(entry.position, entry.key, "must be a mapping") }
            return entry.value.members != nil
        }
    }

    /// Notes where a part of the crew came from.
    mutating func place(_ pointer: String, at position: YAMLPosition, _ key: String) {
        places[pointer] = Place(file: name, line: position.line, key: key)
    }

    /// The text of a key; nil when it is missing or wrong, which is an error unless it may be missing.
    mutating func text(_ key: String, of entry: YAMLNode.Member, as pointer: String, isOptional: Bool = false) -> String? {
        let member = entry.value.members?.first { $0.key == key }
        place(pointer, at: member?.position ?? entry.position, "\(entry.key).\(key)")
        guard let member, !(isOptional && member.value.isNull) else {
            if !isOptional { refuse(entry.position, "\(entry.key).\(key)", "is missing") }
            return nil
        }
        return text(member.value, "\(entry.key).\(key)")
    }

    /// The texts of a list; nil when it is missing, or empty in the way of YAML.
    mutating func list(_ key: String, of entry: YAMLNode.Member, as pointer: String) -> [String]? {
        guard let member = entry.value.members?.first(where: { $0.key == key }), !member.value.isNull else { return nil }
        place(pointer, at: member.position, "\(entry.key).\(key)")
        guard let elements = member.value.elements else {
            refuse(member.position, "\(entry.key).\(key)", "must be a list")
            return nil
        }
        return elements.enumerated().compactMap { index, element in
            place("\(pointer)/\(index)", at: element.position, "\(entry.key).\(key)[\(index)]")
            return text(element, "\(entry.key).\(key)[\(index)]")
        }
    }

    private mutating func text(_ node: YAMLNode, _ key: String) -> String? {
        guard case .scalar(let text, let isPlain) = node.content else {
            refuse(node.position, key, "must be a text")
            return nil
        }
        guard !isPlain || !Self.isOtherType(text) else {
            refuse(node.position, key, "must be a text: put quotes around it")
            return nil
        }
        // A folded block ends with a line break that nobody means.
        return String(text.reversed().drop(while: \.isWhitespace).reversed())
    }

    /// Whether YAML 1.1 takes a plain scalar for nothing, a truth value or a number.
    private static func isOtherType(_ text: String) -> Bool {
        ["", "~", "null", "true", "false", "yes", "no", "on", "off"].contains(text.lowercased()) || Double(text) != nil
    }

    /// Looks for keys that CrewAI does not know, and notes those that have no counterpart here.
    mutating func check(_ entry: YAMLNode.Member, taken: Set<String>, known: [String: String]) {
        for member in entry.value.members ?? [] where !taken.contains(member.key) {
            if let reason = known[member.key] {
                notes.append(ImportNote(file: name, line: member.position.line, key: "\(entry.key).\(member.key)", detail: reason))
            } else {
                refuse(member.position, entry.key + "." + Self.cut(member.key), "is no key that is known here")
            }
        }
    }

    static func cut(_ key: String) -> String { String(key.unicodeScalars.prefix(longestKey)) }

    mutating func refuse(_ position: YAMLPosition, _ key: String, _ detail: String) {
        guard errors.count < Self.mostErrors else { return }
        errors.append(FieldError(pointer: pointer, detail: Place(file: name, line: position.line, key: key).says(detail)))
    }
}
