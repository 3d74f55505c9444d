package import JSON

/// What is known of a file.
package struct File: Codable, Sendable, Hashable, WireRules {
    package var id: FileID
    package var name: String
    /// In bytes.
    package var size: Int
    package var mediaType: String
    /// Of the content, in 64 lower-case hexadecimal digits.
    package var sha256: String
    package var createdAt: Timestamp
    /// The conversation whose run saved it.
    package var conversationID: ConversationID?
    package var runID: RunID?

    package init(
        id: FileID, name: String, size: Int, mediaType: String, sha256: String, createdAt: Timestamp,
        conversationID: ConversationID? = nil, runID: RunID? = nil
    ) {
        self.id = id
        self.name = name
        self.size = size
        self.mediaType = mediaType
        self.sha256 = sha256
        self.createdAt = createdAt
        self.conversationID = conversationID
        self.runID = runID
    }

    /// What other things say of it.
    package var reference: FileReference {
        FileReference(id: id, name: name, size: size, mediaType: mediaType, sha256: sha256)
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.size, "In bytes."),
            .describe(CodingKeys.sha256, "Of the content, in lower-case hexadecimal digits."),
            .describe(CodingKeys.conversationID, "The conversation whose run saved it."),
        ]
    }
}

/// A file as other things name it.
package struct FileReference: Codable, Sendable, Hashable {
    package var id: FileID
    package var name: String
    package var size: Int
    package var mediaType: String
    package var sha256: String

    package init(id: FileID, name: String, size: Int, mediaType: String, sha256: String) {
        self.id = id
        self.name = name
        self.size = size
        self.mediaType = mediaType
        self.sha256 = sha256
    }
}

/// What is said of a file that is uploaded; its media type is that of the body.
package struct UploadQuery: Codable, Sendable, Hashable, WireRules {
    package var name: String

    package init(name: String) {
        self.name = name
    }

    package static var rules: [Rule] {
        [.length(CodingKeys.name, 1...255), .describe(CodingKeys.name, "The file's name.", example: "report.csv")]
    }
}

/// What is said of a file that a run saved.
package struct ArtifactQuery: Codable, Sendable, Hashable, WireRules {
    package var name: String
    package var conversationID: ConversationID
    package var runID: RunID

    package init(name: String, conversationID: ConversationID, runID: RunID) {
        self.name = name
        self.conversationID = conversationID
        self.runID = runID
    }

    package static var rules: [Rule] { [.length(CodingKeys.name, 1...255)] }
}

/// Which files.
package struct FileQuery: Codable, Sendable, Hashable, WireRules, ListQuery {
    /// Only those that this conversation made.
    package var conversationID: ConversationID?
    /// At most this many; 20 when absent.
    package var limit: Int?
    /// `next_cursor` of the page before.
    package var cursor: String?

    package static var rules: [Rule] {
        PageQuery.rules + [.describe(CodingKeys.conversationID, "Only those that this conversation made.")]
    }
}
