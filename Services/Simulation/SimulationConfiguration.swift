package import ServiceKit

/// The settings of the simulation service.
package struct SimulationConfiguration: Sendable {
    package let process: ProcessConfiguration
    package let database: DatabaseConfiguration

    package init(_ settings: Settings) {
        process = ProcessConfiguration(settings, defaultPort: 8085)
        database = DatabaseConfiguration(settings)
    }
}
