/// The bytes of a file in a sandbox's output folder, read while they are sent on.
final class SandboxFileReader {
    private let file: SandboxFile
    private let sandbox: LiveSandbox
    private var request: SandboxRequest?
    private var left: Int

    init(_ file: SandboxFile, of sandbox: LiveSandbox) {
        self.file = file
        self.sandbox = sandbox
        left = file.size
    }

    /// The next piece, or nil at the end. Throws when the file cannot be read, or has not the size that it was listed with.
    func next() async throws -> ArraySlice<UInt8>? {
        let request = try await opened()
        while true {
            switch try await request.next() {
            case .data(let bytes):
                left -= bytes.count
                guard left >= 0 else { throw SandboxFailure(description: "it grew while it was read") }
                return bytes[...]
            case .end:
                guard left == 0 else { throw SandboxFailure(description: "it shrank while it was read") }
                return nil
            case .refused(let reason): throw SandboxFailure(description: reason)
            default: break
            }
        }
    }

    private func opened() async throws -> SandboxRequest {
        if let request { return request }
        let opened = try await sandbox.process.read("\(LiveSandbox.outputFolder)/\(file.path)")
        request = opened
        return opened
    }

    /// Wants no more of it.
    func close() { request?.abandon() }
}
