package import HTTPClient
internal import Journal
package import RedisClient
package import ServiceKit

/// Every setting of the agent service.
package struct AgentConfiguration: Sendable {
    /// Where it listens, and how it logs and stops.
    package let process: ProcessConfiguration
    /// Where its tables are.
    package let database: DatabaseConfiguration
    /// Whose tokens are believed.
    package let identity: IdentityConfiguration
    /// Where Redis is; nil: replicas find out by looking into the database.
    package let redis: RedisConfiguration?
    /// Where the tool-execution service is.
    package let toolExecutionOrigin: HTTPOrigin
    /// Which model is called.
    package let model: ModelConfiguration
    package let role: ServiceRole
    /// How many runs a loop carries out at a time.
    package let capacity: Int
    /// How many runs that have not ended a person may have.
    package let runsPerPerson: Int

    /// Reads the settings.
    package init(_ settings: Settings) {
        process = ProcessConfiguration(settings, defaultPort: 8082)
        database = DatabaseConfiguration(settings)
        identity = IdentityConfiguration(settings)
        redis = settings.redis()
        toolExecutionOrigin = settings.origin("TOOL_EXECUTION_URL", default: "http://127.0.0.1:8083", "Where the tool-execution service is")
        model = ModelConfiguration(settings)
        role = ServiceRole(settings)
        capacity = settings.int("RUNS", default: 1000, in: 1...100_000, "Runs that a loop carries out at a time")
        runsPerPerson = settings.int("RUNS_PER_PERSON", default: 100, in: 1...100_000, "Runs that have not ended which a person may have")
    }
}
