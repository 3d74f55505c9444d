package import JSON

/// What a sandbox may ask outside, through the proxy that is its only way there.
package struct NetworkGrant: Codable, Sendable, Hashable, WireRules {
    package var hosts: [String]
    /// Absent: all.
    package var methods: [String]?
    /// Sent and received together.
    package var maxBytes: Int?
    /// By name.
    package var secrets: [String]?

    package init(hosts: [String], methods: [String]? = nil, maxBytes: Int? = nil, secrets: [String]? = nil) {
        self.hosts = hosts
        self.methods = methods
        self.maxBytes = maxBytes
        self.secrets = secrets
    }

    package static var rules: [Rule] {
        [
            .count(CodingKeys.hosts, 1...64), .elementLength(CodingKeys.hosts, 1...260),
            .describe(
                CodingKeys.hosts,
                """
                `example.com`, `*.example.com` for what is below it, `*` for every host; with `:port` for another port than 80 and 443. \
                Private addresses are always refused.
                """, example: ["pypi.org", "*.example.com"]),
            .count(CodingKeys.methods, 1...16), .elementLength(CodingKeys.methods, 1...32),
            .describe(
                CodingKeys.methods, "All when absent. A grant that names methods allows no tunnels (CONNECT), which would hide them.",
                example: ["GET", "HEAD"]),
            .range(CodingKeys.maxBytes, 1...10_000_000_000), .defaultValue(CodingKeys.maxBytes, 100_000_000),
            .describe(CodingKeys.maxBytes, "Sent and received together, in the sandbox's whole life."),
            .count(CodingKeys.secrets, 1...16), .elementLength(CodingKeys.secrets, 1...64),
            .describe(
                CodingKeys.secrets,
                """
                The names of secrets that the proxy puts into requests to their hosts. It can do so where it is asked for the https URL \
                itself, and not within a tunnel. The sandbox never sees them.
                """, example: ["github"]),
        ]
    }
}

/// What became of a request to the outside.
package enum NetworkDecision: String, WireEnum {
    case allowed
    /// The grant, or the rule about addresses, forbade it.
    case refused
    case unknown
}

/// A request that a sandbox made to the outside.
package struct NetworkRequest: Codable, Sendable, Hashable, WireRules {
    package var id: NetworkRequestID
    package var sandboxID: SandboxID
    package var createdAt: Timestamp
    package var method: String
    package var host: String
    package var port: Int
    /// Without the query; absent for a tunnel.
    package var path: String?
    package var decision: NetworkDecision
    /// Why it was refused, or how it failed.
    package var reason: String?
    /// Of the answer.
    package var status: Int?
    /// From the sandbox.
    package var sentBytes: Int
    /// To the sandbox.
    package var receivedBytes: Int
    /// Whether it is over.
    package var isComplete: Bool

    package init(
        id: NetworkRequestID, sandboxID: SandboxID, createdAt: Timestamp, method: String, host: String, port: Int, path: String?,
        decision: NetworkDecision, reason: String?, status: Int?, sentBytes: Int, receivedBytes: Int, isComplete: Bool
    ) {
        self.id = id
        self.sandboxID = sandboxID
        self.createdAt = createdAt
        self.method = method
        self.host = host
        self.port = port
        self.path = path
        self.decision = decision
        self.reason = reason
        self.status = status
        self.sentBytes = sentBytes
        self.receivedBytes = receivedBytes
        self.isComplete = isComplete
    }

    private enum CodingKeys: String, CodingKey {
        case id, sandboxID, createdAt, method, host, port, path, decision, reason, status, sentBytes, receivedBytes
        case isComplete = "complete"
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.path, "Without the query; absent for a tunnel."),
            .describe(CodingKeys.reason, "Why it was refused, or how it failed."),
        ]
    }
}

/// Which requests to list.
package struct NetworkRequestQuery: Codable, Sendable, Hashable, WireRules, ListQuery {
    package var sandboxID: SandboxID?
    package var limit: Int?
    package var cursor: String?

    package static var rules: [Rule] {
        [
            .range(CodingKeys.limit, 1...100), .defaultValue(CodingKeys.limit, 20), .length(CodingKeys.cursor, 1...200),
        ]
    }
}
