import AuthService
import Cryptography
import Testing
import WireProtocol

struct ClientTests {
    private let registry = ClientRegistry([RegisteredService(.agent, secret: "s3cret:+%"), RegisteredService(.gateway, secret: "other")])

    private func basic(_ text: String) -> String { "Basic " + Base64.encode(Array(text.utf8)) }

    private func credentials(_ authorization: String? = nil, id: String? = nil, secret: String? = nil) throws(OAuthError)
        -> ClientCredentials?
    {
        try ClientCredentials.of(
            authorization: authorization, form: TokenRequest(grantType: .clientCredentials, clientID: id, clientSecret: secret))
    }

    @Test("credentials come from the form or from HTTP Basic, where they are percent-encoded")
    func sources() throws {
        #expect(try credentials() == nil)
        #expect(try credentials(id: "agent", secret: "x") == ClientCredentials.of(authorization: basic("agent:x"), form: form))
        #expect(try credentials(basic("agent:s3cret%3A%2B%25"))?.secret == "s3cret:+%")
        #expect(try credentials(basic("agent:a+b"), id: "agent")?.secret == "a b")
        #expect(try credentials(id: "troupe")?.secret == nil)
    }

    private let form = TokenRequest(grantType: .clientCredentials)

    @Test("two ways at once, two names, or a header of another kind are refused")
    func contradictions() {
        #expect(throws: OAuthError.self) { try credentials(basic("agent:x"), secret: "x") }
        #expect(throws: OAuthError.self) { try credentials(basic("agent:x"), id: "gateway") }
        #expect(throws: OAuthError.self) { try credentials(secret: "x") }
        for header in ["Bearer x", "Basic", "Basic ", "Basic ???", basic("no colon"), basic(":x"), basic("a%zz:x"), "basic\tYTpi"] {
            #expect(throws: OAuthError.self) { try credentials(header) }
        }
    }

    @Test("a service proves itself with its own secret")
    func services() throws {
        let client = try registry.authenticate(credentials(id: "agent", secret: "s3cret:+%"))
        #expect(client.id == "agent")
        for (id, secret) in [("agent", "other"), ("agent", ""), ("agent", nil), ("file", "x"), ("", ""), ("auth", "x"), ("troupe", "x")] {
            #expect(throws: OAuthError(error: .invalidClient, errorDescription: "unknown client or wrong secret")) {
                try registry.authenticate(credentials(id: id, secret: secret))
            }
        }
    }

    @Test("a program that names no client, or the first-party one, is public")
    func publicClients() throws {
        #expect(try registry.authenticate(nil).id == "troupe")
        #expect(try registry.authenticate(credentials(id: "troupe")).id == "troupe")
    }
}
