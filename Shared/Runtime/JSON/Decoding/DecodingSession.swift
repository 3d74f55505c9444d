/// One decoding of a document: the values of its nodes, and which members were asked for.
final class DecodingSession {
    /// Keeps alive what `document` reads.
    private let owner: JSONDocument
    let document: DocumentView
    /// For an object in which members were looked up, the member after the one found last, since members mostly come in the order of
    /// the type; for a key, 1 once it was looked up.
    private let marks: UnsafeMutablePointer<UInt32>

    init(_ document: JSONDocument) {
        owner = document
        self.document = document.view
        marks = .allocate(capacity: self.document.nodeCount)
        marks.initialize(repeating: 0, count: self.document.nodeCount)
    }

    deinit { marks.deallocate() }

    @inline(__always)
    func entry(_ node: Int) -> Node { document[node] }

    // MARK: Members

    /// The value of a member, which then counts as known.
    func member(_ name: String, of object: Int, verbatim: Bool) -> Int? {
        let name = name.utf8.span
        let first = object + 1
        let end = Int(entry(object).next)
        let resumed = Int(marks[object])
        guard let key = key(name, verbatim, from: resumed, to: end) ?? key(name, verbatim, from: first, to: resumed) else { return nil }
        marks[key] = 1
        marks[object] = entry(key + 1).next
        return key + 1
    }

    private func key(_ name: Span<UInt8>, _ verbatim: Bool, from start: Int, to end: Int) -> Int? {
        var key = start
        while key < end {
            if matches(key, name, verbatim) { return key }
            key = Int(entry(key + 1).next)
        }
        return nil
    }

    @inline(__always)
    private func matches(_ key: Int, _ name: Span<UInt8>, _ verbatim: Bool) -> Bool {
        if verbatim { return document.equals(key, name) }
        let entry = document[key]
        guard entry.kind == .escapedString else { return isSnakeCase(Span(_unsafeElements: document.text(entry)), of: name) }
        let unescaped = document.utf8(at: key)
        return isSnakeCase(unescaped.span, of: name)
    }

    /// Opens an object for look-ups; from now on, its members that nobody asks for are unknown.
    func open(object: Int) {
        if marks[object] == 0 { marks[object] = UInt32(object + 1) }
    }

    /// Throws for the first member that nobody asked for, in the objects that were decoded member by member.
    func refuseUnknownFields() throws(NodeError) {
        for object in 0..<self.document.nodeCount where entry(object).kind == .object && marks[object] != 0 {
            var key = object + 1
            while key < Int(entry(object).next) {
                if marks[key] == 0 { throw NodeError("is not a known field", at: key) }
                key = Int(entry(key + 1).next)
            }
        }
    }

    // MARK: Values

    /// The value of a node. The comparisons vanish where the type is known, and save a call through `Decodable` where it is not.
    @inline(__always)
    func value<T: Decodable>(_ type: T.Type, at node: Int) throws -> T {
        if type == String.self { return unsafeBitCast(try string(at: node), to: type) }
        if type == Int.self { return unsafeBitCast(try document.integer(Int.self, at: node), to: type) }
        if type == Bool.self { return unsafeBitCast(try bool(at: node), to: type) }
        if type == Double.self { return unsafeBitCast(try document.double(at: node), to: type) }
        if type == JSONValue.self { return unsafeBitCast(try JSONValue(document, at: node), to: type) }
        if type == [String].self { return unsafeBitCast(try strings(at: node), to: type) }
        if type == Float.self { return unsafeBitCast(try float(at: node), to: type) }
        if type == Int64.self { return unsafeBitCast(try document.integer(Int64.self, at: node), to: type) }
        if type == Int32.self { return unsafeBitCast(try document.integer(Int32.self, at: node), to: type) }
        if type == Int16.self { return unsafeBitCast(try document.integer(Int16.self, at: node), to: type) }
        if type == Int8.self { return unsafeBitCast(try document.integer(Int8.self, at: node), to: type) }
        if type == UInt.self { return unsafeBitCast(try document.integer(UInt.self, at: node), to: type) }
        if type == UInt64.self { return unsafeBitCast(try document.integer(UInt64.self, at: node), to: type) }
        if type == UInt32.self { return unsafeBitCast(try document.integer(UInt32.self, at: node), to: type) }
        if type == UInt16.self { return unsafeBitCast(try document.integer(UInt16.self, at: node), to: type) }
        if type == UInt8.self { return unsafeBitCast(try document.integer(UInt8.self, at: node), to: type) }
        return try initialized(type, at: node)
    }

    /// A value through its own initialiser, with errors of that initialiser put in place.
    private func initialized<T: Decodable>(_ type: T.Type, at node: Int) throws -> T {
        do {
            return try type.init(from: ValueDecoder(session: self, node: node))
        } catch let error as DecodingError {
            if type is any RawRepresentable.Type { throw NodeError("is not one of the allowed values", at: node) }
            if case .dataCorrupted(let context) = error { throw NodeError(context.debugDescription, at: node) }
            throw NodeError("is not valid", at: node)
        }
    }

    private func string(at node: Int) throws(NodeError) -> String {
        guard entry(node).isString else { throw NodeError("must be a string", at: node) }
        return document.string(at: node)
    }

    /// Lists of strings are in most requests, and cost three times as much through the initialiser of arrays.
    private func strings(at node: Int) throws(NodeError) -> [String] {
        guard entry(node).kind == .array else { throw NodeError("must be an array", at: node) }
        let end = Int(entry(node).next)
        var element = node + 1
        var strings: [String] = []
        strings.reserveCapacity(end - element)  // a string is one node
        while element < end {
            strings.append(try string(at: element))
            element = Int(entry(element).next)
        }
        return strings
    }

    private func bool(at node: Int) throws(NodeError) -> Bool {
        guard entry(node).isTrueOrFalse else { throw NodeError("must be true or false", at: node) }
        return entry(node).kind == .true
    }

    private func float(at node: Int) throws(NodeError) -> Float {
        let value = Float(try document.double(at: node))
        guard value.isFinite else { throw NodeError("is out of range", at: node) }
        return value
    }
}
