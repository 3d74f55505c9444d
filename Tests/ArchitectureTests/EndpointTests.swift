import HTTPMessage
import Testing
import WireProtocol

/// What a declaration cannot say about itself: that it is listed, and that what needs no token was meant so.
@Suite("Endpoints")
struct EndpointTests {
    @Test("every declared endpoint is listed, once")
    func listed() {
        let declared = Project.sources.filter { $0.isUnder("Shared/WireProtocol") && $0.path.hasSuffix("API.swift") }
            .flatMap(\.lines).count { $0.text.contains("static let") && $0.text.contains("= Endpoint<") }
        #expect(declared == AllEndpoints.all.count)
        #expect(Set(AllEndpoints.all.map(\.name)).count == declared)
        let addresses = AllEndpoints.all.flatMap { endpoint in
            ([endpoint.path] + endpoint.aliases).map { "\(endpoint.owner?.rawValue ?? "all"): \(endpoint.method) \($0)" }
        }
        #expect(Set(addresses).count == addresses.count)
    }

    @Test("these answer without a token, and no other")
    func withoutToken() {
        let open = AllEndpoints.all.filter { $0.authorization == .public }.map(\.name).sorted()
        #expect(
            open == [
                "e2bCreateContext", "e2bDeleteContext", "e2bExecuteCode", "e2bListContexts", "e2bRestartContext", "envdFilesystem",
                "envdGetHealth", "envdGetMetrics", "envdGetVariables", "envdProcess", "envdReadFile", "envdWriteFiles", "getDocs",
                "getDocsAsset", "getHealth", "getIndex",
                "getKeys", "getMetrics", "getOpenAPI", "getReadiness",
                "getServerMetadata", "getServiceLiveness", "getServiceReadiness", "getSignedContent", "issueToken", "logIn",
                "refreshTokens", "register",
            ])
    }

    @Test("what anybody may post to can be used to guess secrets, and is called as seldom as people log in")
    func guesses() {
        // What E2B's programs ask of a sandbox carries its access token, an authentication code of 256 bits that nobody guesses.
        let tokens = ["e2b", "envd"]
        for endpoint in AllEndpoints.all where endpoint.method == .post && endpoint.visibility == .public {
            guard !tokens.contains(where: endpoint.name.hasPrefix) else { continue }
            #expect((endpoint.rateClass == .credentials) == (endpoint.authorization == .public), "\(endpoint.name)")
        }
    }

    @Test("what is internal is for services, and the gateway forwards nothing of it")
    func internalOnes() {
        for endpoint in AllEndpoints.all where endpoint.visibility == .internal && endpoint.owner != nil {
            guard case .service = endpoint.authorization else {
                Issue.record("\(endpoint.name) is internal, and anybody may call it")
                continue
            }
            #expect("\(endpoint.path)".hasPrefix("/internal/"), "\(endpoint.name)")
        }
        #expect(AllEndpoints.public.allSatisfy { !"\($0.path)".hasPrefix("/internal/") })
    }
}
