package import JSON

/// What this is.
package struct ServerIndex: Codable, Sendable, Hashable {
    package var name: String
    package var version: String
    /// The path of the documentation for a browser.
    package var docs: String
    /// The path of the OpenAPI document.
    package var openapi: String

    package init(name: String, version: String, docs: String, openapi: String) {
        self.name = name
        self.version = version
        self.docs = docs
        self.openapi = openapi
    }
}

/// How the system is, for people and load balancers.
package struct PublicHealth: Codable, Sendable, Hashable {
    package var status: HealthStatus

    package init(status: HealthStatus) {
        self.status = status
    }
}

/// How something is.
package enum HealthStatus: String, WireEnum {
    case ok
    /// It works, but something that it can do without is gone.
    case degraded
    case unavailable
    case unknown
}

/// How a service is, on its internal port.
package struct HealthReport: Codable, Sendable, Hashable, WireRules {
    package var status: HealthStatus
    /// Each thing that was looked at.
    package var checks: [HealthCheck]
    /// The names of what is gone and can be done without.
    package var degraded: [String]

    package init(status: HealthStatus, checks: [HealthCheck], degraded: [String]) {
        self.status = status
        self.checks = checks
        self.degraded = degraded
    }

    package static var rules: [Rule] { [.describe(CodingKeys.degraded, "What is gone and can be done without.", example: ["redis"])] }
}

/// One thing that a service needs.
package struct HealthCheck: Codable, Sendable, Hashable {
    package var name: String
    package var status: HealthStatus
    package var detail: String?

    package init(name: String, status: HealthStatus, detail: String? = nil) {
        self.name = name
        self.status = status
        self.detail = detail
    }
}
