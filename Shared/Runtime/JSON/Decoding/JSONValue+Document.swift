extension JSONValue {
    /// Scans one text.
    package init(parsing bytes: [UInt8]) throws(JSONError) {
        try self.init(JSONDocument(bytes))
    }

    /// The value of a scanned text.
    package init(_ document: JSONDocument) throws(JSONError) {
        defer { withExtendedLifetime(document) {} }
        do {
            try self.init(document.view, at: 0)
        } catch {
            throw document.view.located(error)
        }
    }

    /// The recursion is as deep as the text, which the scanner bounded.
    init(_ document: DocumentView, at node: Int) throws(NodeError) {
        let entry = document[node]
        let end = Int(entry.next)
        switch entry.kind {
        case .null: self = .null
        case .true: self = .bool(true)
        case .false: self = .bool(false)
        case .string, .escapedString: self = .string(document.string(at: node))
        case .integer:
            if let value = document.integerIfFits(Int.self, at: node) {
                self = .int(value)
            } else {
                self = .double(try document.double(at: node))
            }
        case .number: self = .double(try document.double(at: node))
        case .array:
            var elements: [JSONValue] = []
            var element = node + 1
            while element < end {
                elements.append(try JSONValue(document, at: element))
                element = Int(document[element].next)
            }
            self = .array(elements)
        case .object:
            var members: [Member] = []
            var key = node + 1
            while key < end {
                members.append(Member(key: document.string(at: key), value: try JSONValue(document, at: key + 1)))
                key = Int(document[key + 1].next)
            }
            self = .object(members)
        }
    }
}
