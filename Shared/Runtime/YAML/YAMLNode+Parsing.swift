extension YAMLNode {
    /// Reads a text that holds one document; an empty one is an empty plain scalar.
    package init(parsing text: String, limits: YAMLLimits = YAMLLimits()) throws(YAMLError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= limits.size else {
            throw YAMLError(position: YAMLPosition(line: 1, column: 1), detail: "is larger than \(limits.size) bytes")
        }
        var builder = YAMLBuilder(parser: try YAMLParser(bytes), limits: limits)
        self = try builder.document()
    }
}

/// A sequence or mapping that has not ended.
private struct OpenNode {
    let position: YAMLPosition
    let isMapping: Bool
    var elements: [YAMLNode] = []
    var members: [YAMLNode.Member] = []
    /// The keys so far, with their lines.
    var keys: [String: Int] = [:]
    /// The key whose value comes next.
    var key: (text: String, position: YAMLPosition)?

    /// Whether a key comes next.
    var wantsKey: Bool { isMapping && key == nil }

    mutating func take(key text: String, at position: YAMLPosition) throws(YAMLError) {
        if let line = keys.updateValue(position.line, forKey: text) {
            throw YAMLError(position: position, detail: "the key \(String(text.unicodeScalars.prefix(60))) stood in line \(line) already")
        }
        key = (text, position)
    }

    mutating func take(_ node: YAMLNode) {
        if let key {
            members.append(YAMLNode.Member(key: key.text, position: key.position, value: node))
            self.key = nil
        } else {
            elements.append(node)
        }
    }

    var finished: YAMLNode { YAMLNode(content: isMapping ? .mapping(members) : .sequence(elements), position: position) }
}

/// Builds the tree from the parser's events, within limits.
private struct YAMLBuilder: ~Copyable {
    private var parser: YAMLParser
    private let limits: YAMLLimits
    private var nodes = 0

    init(parser: consuming YAMLParser, limits: YAMLLimits) {
        self.parser = parser
        self.limits = limits
    }

    mutating func document() throws(YAMLError) -> YAMLNode {
        guard case .documentStart = try parser.next().event else {
            return YAMLNode(content: .scalar("", isPlain: true), position: YAMLPosition(line: 1, column: 1))
        }
        let root = try node()
        _ = try parser.next()
        let (event, position) = try parser.next()
        guard case .streamEnd = event else { throw YAMLError(position: position, detail: "a second document begins") }
        return root
    }

    /// The next node with all that is in it. What is open is kept in a list and not on the stack: the depth is a stranger's.
    private mutating func node() throws(YAMLError) -> YAMLNode {
        var open: [OpenNode] = []
        while true {
            let (event, position) = try parser.next()
            let finished: YAMLNode
            switch event {
            case .scalar(let text, let isPlain, let isTagged):
                try count(position, isTagged: isTagged)
                if open.last?.wantsKey == true {
                    try open[open.count - 1].take(key: text, at: position)
                    continue
                }
                finished = YAMLNode(content: .scalar(text, isPlain: isPlain), position: position)
            case .sequenceStart(let isTagged):
                try begin(position, isMapping: false, isTagged: isTagged, &open)
                continue
            case .mappingStart(let isTagged):
                try begin(position, isMapping: true, isTagged: isTagged, &open)
                continue
            case .end:
                guard let last = open.popLast() else { throw YAMLError(position: position, detail: "ends what has not begun") }
                finished = last.finished
            case .alias: throw YAMLError(position: position, detail: "aliases (*name) are not supported: write it out")
            case .documentStart, .documentEnd, .streamEnd: throw YAMLError(position: position, detail: "ends in the middle")
            }
            if open.isEmpty { return finished }
            open[open.count - 1].take(finished)
        }
    }

    private mutating func begin(
        _ position: YAMLPosition, isMapping: Bool, isTagged: Bool, _ open: inout [OpenNode]
    ) throws(YAMLError) {
        try count(position, isTagged: isTagged)
        if open.last?.wantsKey == true { throw YAMLError(position: position, detail: "a key must be a text") }
        guard open.count < limits.depth else {
            throw YAMLError(position: position, detail: "is nested more than \(limits.depth) levels deep")
        }
        open.append(OpenNode(position: position, isMapping: isMapping))
    }

    private mutating func count(_ position: YAMLPosition, isTagged: Bool) throws(YAMLError) {
        nodes += 1
        if nodes > limits.nodes { throw YAMLError(position: position, detail: "there are more than \(limits.nodes) values") }
        if isTagged { throw YAMLError(position: position, detail: "tags (!name) are not supported") }
    }
}
