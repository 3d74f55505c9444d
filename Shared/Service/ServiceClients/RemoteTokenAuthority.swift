package import EventLoop
internal import ServiceKit
package import WireProtocol

/// The auth service as a verifier of tokens sees it.
package final class RemoteTokenAuthority: TokenAuthority {
    private let loop: EventLoop
    private let auth: ServiceClient

    package init(loop: EventLoop, auth: ServiceClient) {
        self.loop = loop
        self.auth = auth
    }

    /// Asks for the key set.
    package func keys() async throws -> JSONWebKeySet {
        try await auth.call(AuthAPI.keys, NoContent(), as: .anonymous, from: .background(on: loop), timeout: .seconds(5))
    }

    /// Asks for what was revoked after a cursor.
    package func revocations(after cursor: String?) async throws -> RevocationPage {
        try await auth.call(
            AuthAPI.revocations, RevocationQuery(after: cursor), as: .service, from: .background(on: loop), timeout: .seconds(5))
    }
}
