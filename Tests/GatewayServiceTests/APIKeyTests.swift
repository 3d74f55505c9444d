import EventLoop
import HTTPClient
import HTTPMessage
import ServiceKit
import Support
import Telemetry
import Testing
import WireProtocol

@Suite("API keys at the gateway", .timeLimit(.minutes(15)))
struct APIKeyTests {
    private static let digits = String(repeating: "0123456789abcdef", count: 3).prefix(40)
    private static let key = "trp_" + digits
    private static var list: HTTPClientRequest { HTTPClientRequest(.get, "/api/v1/agents") }

    private static func list(key: String) -> HTTPClientRequest {
        var request = list
        request.head.fields.append("X-API-Key", key)
        return request
    }

    /// A key that is of the right shape, one of many.
    private static func stranger(_ number: Int) -> String {
        let text = String(number)
        return "trp_" + String(repeating: "f", count: 40 - text.count) + text
    }

    /// Makes the key known, with a token of a person that auth says to last so long.
    @discardableResult
    private static func grant(_ gateway: GatewayUnderTest, seconds: Int = 1800) throws -> (token: String, person: Principal.Person) {
        let person = gateway.issuer.makePerson()
        let token = try gateway.issuer.token(for: person, lifetime: 3600)
        let answer = OAuthToken(accessToken: token, expiresIn: seconds)
        gateway.issuer.keys[key] = answer
        return (token, person)
    }

    @Test("a service sees the token that stands for the key, and never the key, whichever way it comes")
    func exchanged() async throws {
        try await withGateway { gateway in
            let token = try Self.grant(gateway).token
            let shapes: [HTTPFields] = [
                ["x-api-key": Self.key], ["x-api-key": "e2b_" + Self.digits], [.authorization: "Bearer " + Self.key],
                [.authorization: "bEARER e2b_" + Self.digits], ["x-api-key": Self.key, .authorization: "Bearer something"],
            ]
            for fields in shapes {
                var request = Self.list
                request.head.fields.append(contentsOf: fields)
                let answer = try await gateway.send(request)
                #expect(answer.status == 200, "\(fields)")
                #expect(answer.fields["x-seen-authorization"] == "Bearer " + token, "\(fields)")
                #expect(answer.fields["x-seen-x-api-key"] == nil)
            }
            #expect(gateway.issuer.askedKeys == [Self.key])
        } _: { _ in
            echo
        }
    }

    @Test("who comes with a new key often at once causes one question")
    func together() throws {
        try withSimulatedGateway(environment: ["RATE_LIMIT_LOGINS": "3"]) { gateway in
            try Self.grant(gateway)
            let asked = (0..<20).map { _ in gateway.loop.spawn { try await gateway.send(Self.list(key: Self.key)).status } }
            for answer in asked { #expect(try await answer.value == 200) }
            #expect(gateway.issuer.askedKeys == [Self.key])
        }
    }

    @Test(
        "what cannot be a key is refused without a question",
        arguments: ["", "secret", "trp_", key + "0", String(key.dropLast()), key.uppercased(), "trp_" + String(repeating: "g", count: 40)])
    func noKey(text: String) throws {
        try withSimulatedGateway { gateway in
            try Self.grant(gateway)
            let answer = try await gateway.send(Self.list(key: text))
            #expect(answer.status == 401)
            #expect(answer.fields["x-seen-target"] == nil)
            #expect(gateway.issuer.askedKeys.isEmpty)
        }
    }

    @Test("a refusal is an answer like any other: a problem with its request id, and a number among the metrics of its route")
    func refusal() throws {
        try withSimulatedGateway { gateway in
            var request = Self.list(key: Self.key)
            request.head.fields.append(.requestID, "abc-123")
            let answer = try await gateway.send(request)
            #expect(answer.status == 401)
            #expect(answer.fields[.requestID] == "abc-123")
            #expect(answer.fields[.wwwAuthenticate] == "Bearer error=\"invalid_token\"")
            let problem = try gateway.problem(answer.body)
            #expect(problem.code == .invalidToken && problem.requestID == "abc-123" && problem.instance == "/api/v1/agents")
            let metrics = String(decoding: gateway.runtime.metrics.snapshot().prometheusText(), as: UTF8.self)
            #expect(metrics.contains(#"_count{route="/api/v1/agents",method="GET",status="401"} 1"#), "\(metrics)")
        }
    }

    @Test("while auth cannot be reached a key is answered 503, with a request id")
    func unavailable() throws {
        try withSimulatedGateway(environment: ["AUTH_URL": "http://127.0.0.1:1"]) { gateway in
            let answer = try await gateway.send(Self.list(key: Self.key))
            #expect(answer.status == 503)
            #expect(answer.fields[.requestID] != nil && answer.fields[.retryAfter] != nil)
        }
    }

    @Test("a refused key is not asked for again within five seconds, and works soon after it was made")
    func refusalIsRemembered() throws {
        try withSimulatedGateway { gateway in
            #expect(try await gateway.send(Self.list(key: Self.key)).status == 401)
            try Self.grant(gateway)
            try await gateway.loop.sleep(for: .seconds(4))
            #expect(try await gateway.send(Self.list(key: Self.key)).status == 401)
            #expect(gateway.issuer.askedKeys.count == 1)
            try await gateway.loop.sleep(for: .seconds(2))
            #expect(try await gateway.send(Self.list(key: Self.key)).status == 200)
            #expect(gateway.issuer.askedKeys.count == 2)
        }
    }

    @Test("a key's token is used for as long as auth says, and for five minutes at most", arguments: [(100, 100), (1800, 300)])
    func tokenIsRemembered(seconds: Int, remembered: Int) throws {
        try withSimulatedGateway { gateway in
            try Self.grant(gateway, seconds: seconds)
            #expect(try await gateway.send(Self.list(key: Self.key)).status == 200)
            try await gateway.loop.sleep(for: .seconds(remembered - 2))
            #expect(try await gateway.send(Self.list(key: Self.key)).status == 200)
            #expect(gateway.issuer.askedKeys.count == 1)
            try await gateway.loop.sleep(for: .seconds(4))
            #expect(try await gateway.send(Self.list(key: Self.key)).status == 200)
            #expect(gateway.issuer.askedKeys.count == 2)
        }
    }

    @Test("a key that is revoked is refused as soon as that is known, though its token is remembered")
    func revoked() throws {
        try withSimulatedGateway { gateway in
            let person = try Self.grant(gateway).person
            #expect(try await gateway.send(Self.list(key: Self.key)).status == 200)
            gateway.issuer.revoke(person.session)
            try await gateway.loop.sleep(for: .seconds(2))
            #expect(try await gateway.send(Self.list(key: Self.key)).status == 401)
            #expect(gateway.issuer.askedKeys.count == 1)
        }
    }

    @Test("who tries key after key is told to wait, and auth is left alone; keys that are known go on working")
    func guessing() throws {
        try withSimulatedGateway(environment: ["RATE_LIMIT_LOGINS": "4"]) { gateway in
            try Self.grant(gateway)
            #expect(try await gateway.send(Self.list(key: Self.key)).status == 200)
            for number in 0..<3 { #expect(try await gateway.send(Self.list(key: Self.stranger(number))).status == 401) }
            for number in 3..<30 {
                let refused = try await gateway.send(Self.list(key: Self.stranger(number)))
                #expect(refused.status == 429)
                #expect(refused.fields[.retryAfter] != nil && refused.fields[.requestID] != nil)
                #expect(try gateway.problem(refused.body).code == .rateLimited)
            }
            #expect(gateway.issuer.askedKeys.count == 4)
            #expect(try await gateway.send(Self.list(key: Self.key)).status == 200)
            #expect(try await gateway.send(Self.list(key: Self.stranger(0))).status == 401)
            try await gateway.loop.sleep(for: .seconds(16))
            #expect(try await gateway.send(Self.list(key: Self.stranger(40))).status == 401)
            #expect(gateway.issuer.askedKeys.count == 5)
        }
    }

    @Test("a key is not held to be none because auth does not know the gateway's own token")
    func ownTokenRefused() throws {
        try withSimulatedGateway { gateway in
            try Self.grant(gateway)
            gateway.issuer.refusals = 1
            #expect(try await gateway.send(Self.list(key: Self.key)).status == 503)
            #expect(try await gateway.send(Self.list(key: Self.key)).status == 200)
        }
    }

    @Test("where nobody is asked who he is the key is left out, and auth is not asked")
    func publicEndpoint() throws {
        try withSimulatedGateway { gateway in
            var request = HTTPClientRequest(.get, "/health")
            request.head.fields.append("X-API-Key", Self.key)
            #expect(try await gateway.send(request).fields["x-seen-target"] == nil)
            request.head.fields.append("E2b-Sandbox-Id", "abc")
            let answer = try await gateway.send(request)
            #expect(answer.fields["x-seen-target"] == "/envd/health")
            var metrics = HTTPClientRequest(.get, "/metrics")
            #expect(try await gateway.send(metrics).fields["x-seen-target"] == nil)
            metrics.head.fields.append("E2b-Sandbox-Id", "abc")
            #expect(try await gateway.send(metrics).fields["x-seen-target"] == "/envd/metrics")
            #expect(answer.fields["x-seen-x-api-key"] == nil && answer.fields["x-seen-authorization"] == nil)
            #expect(gateway.issuer.askedKeys.isEmpty)
        }
    }
}
