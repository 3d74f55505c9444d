package import HTTPClient
package import ServiceKit

/// The settings of the gateway.
package struct GatewayConfiguration: Sendable {
    package let process: ProcessConfiguration
    package let identity: IdentityConfiguration
    package let agentOrigin: HTTPOrigin
    package let toolExecutionOrigin: HTTPOrigin
    package let fileOrigin: HTTPOrigin
    package let simulationOrigin: HTTPOrigin
    /// Where `/livez`, `/readyz` with its report and `/metrics` are answered.
    package let internalPort: Int
    /// Origins of browsers' pages that may call the API; `*` is all.
    package let allowedOrigins: [String]
    /// Requests a minute of one person, or of one address without a token; 0 is no limit.
    package let requestsPerMinute: Int
    /// Requests a minute of one address that carry a password, a refresh token, or an API key that is not known yet; 0 is no limit.
    package let loginsPerMinute: Int
    /// Streams and other calls that last which one person, or one address without a token, has open on a loop; 0 is no limit.
    package let lastingCalls: Int
    /// How many proxies stand before the gateway, each of which adds to `X-Forwarded-For` who asked it.
    package let trustedProxies: Int
    /// Connections of one loop in all, and of one address.
    package let maximumConnections: Int
    package let maximumConnectionsPerAddress: Int
    /// The folder with the files of Swagger UI; nil: `/docs` only points to the document.
    package let documentationAssets: String?

    package init(_ settings: Settings) {
        process = ProcessConfiguration(settings, defaultPort: 8080)
        identity = IdentityConfiguration(settings)
        agentOrigin = settings.origin("AGENT_URL", default: "http://127.0.0.1:8082", "Where the agent service is")
        toolExecutionOrigin = settings.origin("TOOL_EXECUTION_URL", default: "http://127.0.0.1:8083", "Where the tool-execution service is")
        fileOrigin = settings.origin("FILE_URL", default: "http://127.0.0.1:8084", "Where the file service is")
        simulationOrigin = settings.origin("SIMULATION_URL", default: "http://127.0.0.1:8085", "Where the simulation service is")
        internalPort = settings.int(
            "INTERNAL_PORT", default: 9080, in: 0...65535,
            "Port of health reports and metrics, not for the public; 0 lets the system choose")
        allowedOrigins = settings.string(
            "CORS_ORIGINS", default: "*", "Origins of pages that may call the API, separated by commas; * is all"
        )
        .split(separator: ",").map { $0.filter { $0 != " " } }
        requestsPerMinute = settings.int(
            "RATE_LIMIT_REQUESTS", default: 1200, in: 0...1_000_000_000,
            "Requests a minute of a person, or of an address without a token; 0 is no limit")
        loginsPerMinute = settings.int(
            "RATE_LIMIT_LOGINS", default: 60, in: 0...1_000_000_000,
            "Requests a minute of an address that carry a password, a refresh token or a new API key; 0 is no limit")
        lastingCalls = settings.int(
            "LASTING_CALLS_PER_PERSON", default: 1_000, in: 0...1_000_000,
            "Streams and other calls that last which a person, or an address without a token, has open on a loop; 0 is no limit")
        trustedProxies = settings.int(
            "TRUSTED_PROXIES", default: 0, in: 0...8,
            "Proxies before the gateway, each of which adds to X-Forwarded-For who asked it; 0: clients connect themselves")
        maximumConnections = settings.int("MAX_CONNECTIONS", default: 10_000, in: 1...1_000_000, "Connections of a loop in all")
        maximumConnectionsPerAddress = settings.int(
            "MAX_CONNECTIONS_PER_ADDRESS", default: 1_000, in: 1...1_000_000,
            "Connections of a loop from one address (of IPv6 one network of 64 bits); with TRUSTED_PROXIES not counted")
        documentationAssets = settings.optionalString("SWAGGER_UI", "Folder with the files of Swagger UI, shown under /docs")
    }
}
