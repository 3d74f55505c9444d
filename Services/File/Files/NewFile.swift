internal import WireProtocol

/// A file that is about to be recorded.
struct NewFile {
    let id: FileID
    let name: String
    let mediaType: String
    let size: Int
    let sha256: [UInt8]
    let conversationID: ConversationID?
    let runID: RunID?
}

/// What an upload says of itself.
struct UploadDescription {
    let name: String
    let mediaType: String
    var conversationID: ConversationID?
    var runID: RunID?
}
