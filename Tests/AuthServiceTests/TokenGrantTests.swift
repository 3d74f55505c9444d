import AuthService
import JSON
import Testing
import WireProtocol

struct TokenGrantTests {
    private let person = TokenClient.public(id: "troupe")
    private let agent = TokenClient.service(RegisteredService(.agent, secret: "x"))
    private let file = TokenClient.service(RegisteredService(.file, secret: "x"))
    private let subject = DelegationSubject(
        userID: .sample, organizationID: .sample, sessionID: .sample, scopes: ["agents:read", "agents:write"])

    private func refused(_ form: TokenRequest, _ client: TokenClient, _ code: OAuthErrorCode) {
        do {
            let grant = try TokenGrant(form, client: client)
            Issue.record("granted \(grant)")
        } catch {
            #expect(error.error == code)
        }
    }

    private func exchange(_ token: String?, type: TokenType? = .verifiedClaims, requested: TokenType? = nil) -> TokenRequest {
        TokenRequest(grantType: .tokenExchange, subjectToken: token, subjectTokenType: type, requestedTokenType: requested)
    }

    @Test("each grant takes its own fields")
    func grants() throws {
        let password = TokenRequest(grantType: .password, username: "a@b", password: "p", scope: "agents:read")
        #expect(try TokenGrant(password, client: person) == .password(email: "a@b", password: "p", scope: Scope(["agents:read"])))
        #expect(try TokenGrant(TokenRequest(grantType: .refreshToken, refreshToken: "r"), client: person) == .refreshToken("r", scope: nil))
        #expect(try TokenGrant(TokenRequest(grantType: .clientCredentials, scope: ""), client: file) == .clientCredentials(scope: nil))
        let claims = String(decoding: try JSONCodec.encode(subject), as: UTF8.self)
        #expect(try TokenGrant(exchange(claims, requested: .accessToken), client: agent) == .delegation(subject, scope: nil))
    }

    @Test("missing fields and malformed values are refused")
    func incomplete() {
        refused(TokenRequest(grantType: .password, username: "a@b"), person, .invalidRequest)
        refused(TokenRequest(grantType: .password, password: "p"), person, .invalidRequest)
        refused(TokenRequest(grantType: .refreshToken), person, .invalidRequest)
        refused(TokenRequest(grantType: .password, username: "a@b", password: "p", scope: "a  b"), person, .invalidScope)
        refused(TokenRequest(grantType: .unknown), person, .unsupportedGrantType)
        refused(exchange(nil), agent, .invalidRequest)
        refused(exchange("{}"), agent, .invalidRequest)
        refused(exchange("x"), agent, .invalidRequest)
        refused(exchange("{}", type: .accessToken), agent, .invalidRequest)
        refused(exchange("{}", requested: .refreshToken), agent, .invalidRequest)
    }

    @Test("a client may not use the grants of others")
    func entitlement() {
        refused(TokenRequest(grantType: .clientCredentials), person, .unauthorizedClient)
        refused(exchange("{}"), person, .unauthorizedClient)
        refused(exchange("{}"), file, .unauthorizedClient)
        refused(TokenRequest(grantType: .password, username: "a@b", password: "p"), agent, .unauthorizedClient)
        refused(TokenRequest(grantType: .refreshToken, refreshToken: "r"), agent, .unauthorizedClient)
    }

    @Test("a person's token reaches as far as roles, session and request all allow")
    func personScope() throws {
        let permissions = Scope(["a", "b", "c"])
        #expect(try ScopeRule.person(permissions: permissions, session: nil, requested: nil) == permissions)
        #expect(try ScopeRule.person(permissions: permissions, session: Scope(["b", "d"]), requested: nil) == Scope(["b"]))
        #expect(try ScopeRule.person(permissions: permissions, session: nil, requested: Scope(["c"])) == Scope(["c"]))
        #expect(throws: OAuthError.self) { try ScopeRule.person(permissions: permissions, session: Scope(["b"]), requested: Scope(["c"])) }
    }

    @Test("a delegated token adds what the service is for, and nothing by which it could reach further")
    func delegatedScope() throws {
        let client = RegisteredService(.agent, secret: "x")
        let scope = try ScopeRule.delegated(
            accepted: ["agents:read", "files:write", "internal:delegation"], permissions: Scope(["agents:read", "agents:write"]),
            client: client, requested: nil)
        #expect(scope == Scope(["agents:read", "internal:tool_calls"]))
        #expect(throws: OAuthError.self) {
            try ScopeRule.delegated(accepted: [], permissions: Scope(["a"]), client: client, requested: Scope(["a"]))
        }
        #expect(try ScopeRule.service(client, requested: Scope(["internal:tokens"])) == Scope(["internal:tokens"]))
        #expect(throws: OAuthError.self) { try ScopeRule.service(client, requested: Scope(["agents:read"])) }
    }
}
