/// What simulation answers besides what every service does: nothing yet.
package enum SimulationAPI {
    /// Every endpoint of simulation.
    package static let all: [EndpointDescription] = []
}
