internal import Cryptography
internal import ServiceClients
internal import WireProtocol

/// Hands what code saved to the file service.
struct FileSaver {
    let files: ServiceClient

    /// Stores a file of a run's call, for the person in whose name the run works. The same call and path give the same file.
    func save(
        _ file: SandboxFile, _ reader: SandboxFileReader, of call: ToolCall, for subject: DelegationSubject, from origin: CallOrigin
    ) async throws -> FileReference {
        let name = Self.name(file.path)
        let stored: File = try await files.upload(
            FileAPI.uploadArtifact, ArtifactQuery(name: name, conversationID: call.conversationID, runID: call.runID), length: file.size,
            mediaType: MediaTypeByName.of(name), as: .delegated(subject), from: origin, idempotencyKey: Self.key(call.effectKey, file),
            reader.next)
        return stored.reference
    }

    /// Stores a file that a person's own code saved, with that person's token.
    func save(
        _ file: SandboxFile, _ reader: SandboxFileReader, of sandbox: SandboxID, token: String, from origin: CallOrigin
    ) async throws -> FileReference {
        let name = Self.name(file.path)
        let stored: File = try await files.upload(
            FileAPI.upload, UploadQuery(name: name), length: file.size, mediaType: MediaTypeByName.of(name), as: .bearer(token),
            from: origin,
            idempotencyKey: Self.key("\(sandbox)/\(file.modified)", file), reader.next)
        return stored.reference
    }

    /// What the file is called outside: its path below the output folder, or its last part when that is too long.
    private static func name(_ path: String) -> String {
        if path.count <= 255 { return path }
        return String(path.split(separator: "/").last?.suffix(255) ?? "file")
    }

    private static func key(_ owner: String, _ file: SandboxFile) -> String {
        Hexadecimal.encode(SHA256.digest(of: "\(owner)\0\(file.path)").bytes)
    }
}
