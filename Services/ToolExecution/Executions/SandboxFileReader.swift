/// The bytes of a file in a sandbox's output folder, read as fast as they are sent on. Letting go of it closes the file.
final class SandboxFileReader {
    private let file: SandboxFile
    private let sandbox: LiveSandbox
    private var transfer: SandboxTransfer?
    private var left: Int
    /// Why it could not be read: who sends it on only says that it was not sent.
    private(set) var failure: (any Error)?

    init(_ file: SandboxFile, of sandbox: LiveSandbox) {
        self.file = file
        self.sandbox = sandbox
        left = file.size
    }

    /// The next piece, or nil at the end. Throws when the file cannot be read, or has not the size that it was listed with.
    func next() async throws -> ArraySlice<UInt8>? {
        do { return try await read() } catch {
            failure = error
            throw error
        }
    }

    private func read() async throws -> ArraySlice<UInt8>? {
        let piece = try await opened().next()
        left -= piece?.count ?? 0
        if left < 0 { throw SandboxFailure(description: "it grew while it was read") }
        if piece == nil, left > 0 { throw SandboxFailure(description: "it shrank while it was read") }
        return piece?[...]
    }

    private func opened() async throws -> SandboxTransfer {
        if let transfer { return transfer }
        let most = sandbox.limits.fileBytes
        guard file.size <= most else { throw SandboxFailure(description: "it is larger than \(most) bytes") }
        let opened = try await sandbox.process.open("\(LiveSandbox.outputFolder)/\(file.path)", forWriting: false)
        transfer = opened
        return opened
    }
}
