package import HTTPClient
package import ServiceKit

/// The settings of the simulation service.
package struct SimulationConfiguration: Sendable {
    /// Where it listens, and how it logs and stops.
    package let process: ProcessConfiguration
    /// Where its tables are.
    package let database: DatabaseConfiguration
    /// Whose tokens are believed.
    package let identity: IdentityConfiguration
    /// Where the agent service is.
    package let agentOrigin: HTTPOrigin

    package init(_ settings: Settings) {
        process = ProcessConfiguration(settings, defaultPort: 8085)
        database = DatabaseConfiguration(settings)
        identity = IdentityConfiguration(settings)
        agentOrigin = settings.origin("AGENT_URL", default: "http://127.0.0.1:8082", "Where the agent service is")
    }
}
