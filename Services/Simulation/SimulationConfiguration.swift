package import HTTPClient
internal import Journal
package import RedisClient
package import ServiceKit

/// The settings of the simulation service.
package struct SimulationConfiguration: Sendable {
    /// Where it listens, and how it logs and stops.
    package let process: ProcessConfiguration
    /// Where its tables are.
    package let database: DatabaseConfiguration
    /// Whose tokens are believed.
    package let identity: IdentityConfiguration
    /// Where Redis is; nil: replicas find out by looking into the database.
    package let redis: RedisConfiguration?
    /// Where the agent service is.
    package let agentOrigin: HTTPOrigin
    /// Where the tool-execution service is.
    package let toolExecutionOrigin: HTTPOrigin
    package let role: ServiceRole
    /// How many simulations a loop carries out at a time.
    package let capacity: Int
    /// How many simulations that have not ended a person may have.
    package let simulationsPerPerson: Int

    package init(_ settings: Settings) {
        process = ProcessConfiguration(settings, defaultPort: 8085)
        database = DatabaseConfiguration(settings)
        identity = IdentityConfiguration(settings)
        redis = settings.redis()
        agentOrigin = settings.origin("AGENT_URL", default: "http://127.0.0.1:8082", "Where the agent service is")
        toolExecutionOrigin = settings.origin("TOOL_EXECUTION_URL", default: "http://127.0.0.1:8083", "Where the tool-execution service is")
        role = ServiceRole(settings)
        capacity = settings.int("SIMULATIONS", default: 1000, in: 1...100_000, "Simulations that a loop carries out at a time")
        simulationsPerPerson = settings.int(
            "SIMULATIONS_PER_PERSON", default: 20, in: 1...100_000, "Simulations that have not ended which a person may have")
    }
}
