package import WireProtocol

/// Where a verifier learns which keys sign tokens and what was revoked: the auth service, or within it its own tables.
package protocol TokenAuthority: AnyObject {
    /// The keys that sign access tokens at present, and those whose tokens are still about.
    func keys() async throws -> JSONWebKeySet
    /// What was revoked after a cursor; nil: all that still matters.
    func revocations(after cursor: String?) async throws -> RevocationPage
}
