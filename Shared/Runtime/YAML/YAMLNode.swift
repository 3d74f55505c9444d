/// A part of a YAML document, and where it begins.
package struct YAMLNode: Sendable, Hashable {
    /// What it is.
    package indirect enum Content: Sendable, Hashable {
        /// A text. Plain: it stood there without quotes or a block indicator, so that `null` and `~` may mean nothing.
        case scalar(String, isPlain: Bool)
        case sequence([YAMLNode])
        case mapping([Member])
    }

    /// A key of a mapping with its value.
    package struct Member: Sendable, Hashable {
        package let key: String
        package let position: YAMLPosition
        package let value: YAMLNode
    }

    package let content: Content
    package let position: YAMLPosition

    /// The text; nil for what is no scalar.
    package var text: String? { if case .scalar(let text, _) = content { text } else { nil } }

    /// Whether it says that there is nothing: an empty plain scalar, `~` or `null`.
    package var isNull: Bool {
        if case .scalar(let text, isPlain: true) = content { ["", "~", "null", "Null", "NULL"].contains(text) } else { false }
    }

    /// The members in their order; nil for what is no mapping.
    package var members: [Member]? { if case .mapping(let members) = content { members } else { nil } }

    /// The elements; nil for what is no sequence.
    package var elements: [YAMLNode]? { if case .sequence(let elements) = content { elements } else { nil } }

    /// The value of a key; nil when there is none.
    package subscript(key: String) -> YAMLNode? { members?.first { $0.key == key }?.value }
}

/// A place in a text; both count from 1.
package struct YAMLPosition: Sendable, Hashable {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// Why a text was not read.
package struct YAMLError: Error, Sendable, Hashable, CustomStringConvertible {
    package let position: YAMLPosition
    package let detail: String

    package var description: String { "line \(position.line), column \(position.column): \(detail)" }
}

/// How much is read.
package struct YAMLLimits: Sendable, Hashable {
    /// In bytes of UTF-8.
    package var size: Int
    /// How many mappings and sequences may stand inside each other.
    package var depth: Int
    /// Scalars, sequences and mappings in all.
    package var nodes: Int

    package init(size: Int = 256 * 1024, depth: Int = 16, nodes: Int = 10_000) {
        self.size = size
        self.depth = depth
        self.nodes = nodes
    }
}
