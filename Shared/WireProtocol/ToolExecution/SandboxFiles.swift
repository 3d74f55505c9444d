package import JSON

/// What something in a sandbox's folders is.
package enum SandboxEntryType: String, WireEnum {
    case file, folder, link, other, unknown
}

/// Something in a sandbox's folders.
package struct SandboxEntry: Codable, Sendable, Hashable, WireRules {
    /// Below the folder that was listed, or as it was asked for.
    package var path: String
    package var type: SandboxEntryType
    package var size: Int
    /// The nine permission bits.
    package var mode: Int
    package var modifiedAt: Timestamp
    /// Where a link leads.
    package var target: String?

    package init(path: String, type: SandboxEntryType, size: Int, mode: Int, modifiedAt: Timestamp, target: String? = nil) {
        self.path = path
        self.type = type
        self.size = size
        self.mode = mode
        self.modifiedAt = modifiedAt
        self.target = target
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.path, "Below the folder that was listed, or as it was asked for.", example: "data/input.csv"),
            .describe(CodingKeys.mode, "The nine permission bits, as a number.", example: 420),
            .describe(CodingKeys.target, "Where a link leads."),
        ]
    }
}

/// The entries of a folder.
package struct SandboxEntries: Codable, Sendable, Hashable {
    package var data: [SandboxEntry]

    package init(data: [SandboxEntry]) {
        self.data = data
    }
}

/// The query of something in a sandbox's folders.
package struct SandboxPathQuery: Codable, Sendable, Hashable, WireRules {
    package var path: String

    package static var rules: [Rule] { [.length(CodingKeys.path, 1...1000), pathRule(CodingKeys.path)] }
}

/// The query of a folder's list.
package struct SandboxListQuery: Codable, Sendable, Hashable, WireRules {
    package var path: String?
    /// How many levels down.
    package var depth: Int?

    package static var rules: [Rule] {
        [
            .length(CodingKeys.path, 1...1000), pathRule(CodingKeys.path), .defaultValue(CodingKeys.path, "/home/user"),
            .range(CodingKeys.depth, 1...64), .defaultValue(CodingKeys.depth, 1),
            .describe(CodingKeys.depth, "How many levels down."),
        ]
    }
}

/// The query of a removal.
package struct SandboxRemovalQuery: Codable, Sendable, Hashable, WireRules {
    package var path: String
    /// Whether a folder goes with all that is in it.
    package var recursive: Bool?

    package static var rules: [Rule] {
        [
            .length(CodingKeys.path, 1...1000), pathRule(CodingKeys.path), .defaultValue(CodingKeys.recursive, false),
            .describe(CodingKeys.recursive, "Whether a folder goes with all that is in it."),
        ]
    }
}

/// The query of a watch.
package struct SandboxWatchQuery: Codable, Sendable, Hashable, WireRules {
    package var path: String
    /// Whether the folders in it are watched too.
    package var recursive: Bool?

    package static var rules: [Rule] {
        [
            .length(CodingKeys.path, 1...1000), pathRule(CodingKeys.path), .defaultValue(CodingKeys.recursive, false),
            .describe(CodingKeys.recursive, "Whether the folders in it are watched too."),
        ]
    }
}

/// A folder to make.
package struct MakeSandboxFolder: Codable, Sendable, Hashable, WireRules {
    package var path: String

    package init(path: String) {
        self.path = path
    }

    package static var rules: [Rule] { [.length(CodingKeys.path, 1...1000), pathRule(CodingKeys.path)] }
}

/// Something to move; what is at the destination is replaced.
package struct MoveSandboxEntry: Codable, Sendable, Hashable, WireRules {
    package var source: String
    package var destination: String

    package init(source: String, destination: String) {
        self.source = source
        self.destination = destination
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.source, 1...1000), pathRule(CodingKeys.source),
            .length(CodingKeys.destination, 1...1000), pathRule(CodingKeys.destination),
        ]
    }
}

private func pathRule(_ key: any CodingKey) -> Rule {
    .describe(key, "Relative to `/home/user`, or absolute below it or `/tmp`.", example: "data/input.csv")
}

/// What happened to something in a watched folder.
package enum SandboxChangeKind: String, WireEnum {
    case created, written, removed
    /// It has another name now, which is told as created when it is watched too.
    case renamed
    case attributesChanged = "attributes_changed"
    /// There were too many changes: some were left out.
    case lost
    case unknown
}

/// A change in a watched folder; the event's name is `file.changed`.
package struct SandboxChange: Codable, Sendable, Hashable, WireRules {
    package var kind: SandboxChangeKind
    /// Below the watched folder.
    package var path: String

    package init(kind: SandboxChangeKind, path: String) {
        self.kind = kind
        self.path = path
    }

    package static var rules: [Rule] { [.describe(CodingKeys.path, "Below the watched folder.", example: "input.csv")] }
}
