internal import EventLoop
internal import ExternalHTTP
internal import Glibc
internal import HTTPClient
internal import Telemetry
internal import WireProtocol

/// The way out for sandboxes that have one: for each a proxy of its own, on a unix socket that only it is shown.
final class EgressGateway {
    let loop: EventLoop
    let client: ExternalHTTPClient
    let addresses: AddressPolicy
    let audit: EgressAudit
    let secrets: SecretService
    let log: Logger
    private let folder: String
    private var isFolderMade = false

    /// - Parameter parent: Where the folder of the sockets is made.
    init(
        loop: EventLoop, client: ExternalHTTPClient, addresses: AddressPolicy, audit: EgressAudit, secrets: SecretService, parent: String,
        log: Logger
    ) {
        self.loop = loop
        self.client = client
        self.addresses = addresses
        self.audit = audit
        self.secrets = secrets
        self.log = log
        folder = "\(parent)/egress.\(Self.unguessable(loop))"
    }

    /// What a grant allows. Throws a problem 422 that names every wrong place below `pointer`.
    func rules(_ grant: NetworkGrant, of organization: OrganizationID, pointer: String) async throws -> EgressRules {
        let rules = try EgressRules(grant, pointer: pointer)
        let unknown = try await secrets.unknown(rules.secrets, of: organization)
        let errors = rules.secrets.enumerated().filter { unknown.contains($0.element) }.map { index, _ in
            FieldError(pointer: "\(pointer)/secrets/\(index)", detail: "is no secret of the organisation")
        }
        guard errors.isEmpty else { throw Problem(.validationFailed, errors: errors) }
        return rules
    }

    /// Opens a way out. Throws `SandboxFailure` when there can be no socket.
    func open(_ rules: EgressRules, of origin: EgressAudit.Origin) throws -> EgressSession {
        do {
            try makeFolder()
            let path = "\(folder)/\(Self.unguessable(loop))"
            let listener = try loop.listen(on: .unix(path))
            // The sandbox is another user of the machine. Nobody else can list the folder, and so find the name.
            guard chmod(path, 0o666) == 0 else {
                let code = errno
                listener.close()
                unlink(path)
                throw SocketError(action: "chmod \(path)", code: code)
            }
            return EgressSession(listener, at: path, rules, of: origin, through: self)
        } catch let error as SocketError {
            throw SandboxFailure(description: "the network cannot be set up: \(error)")
        }
    }

    /// Removes the folder; its sockets are gone with their sandboxes.
    func close() {
        if isFolderMade { rmdir(folder) }
    }

    private func makeFolder() throws {
        guard !isFolderMade else { return }
        guard mkdir(folder, 0o711) == 0, chmod(folder, 0o711) == 0 else { throw SocketError(action: "mkdir \(folder)", code: errno) }
        isFolderMade = true
    }

    private static func unguessable(_ loop: EventLoop) -> String {
        String(loop.random.next(), radix: 36) + String(loop.random.next(), radix: 36)
    }
}
