internal import HTTPMessage

/// What simulation answers: scenarios, crews and simulations.
package enum SimulationAPI {
    // MARK: Scenarios

    /// Makes a scenario of the caller.
    package static let createScenario = Endpoint<CreateScenario, Scenario>(
        .post, "/api/v1/scenarios", name: "createScenario", owner: .simulation, summary: "Create a scenario",
        auth: .permission(.simulationsWrite), success: [.created], uses: [.entityTag, .location], maximumBodySize: largeBody)

    /// The caller's scenarios and those that others of the organisation share, newest first.
    package static let listScenarios = Endpoint<SharedThingsQuery, Page<Scenario>>(
        .get, "/api/v1/scenarios", name: "listScenarios", owner: .simulation, summary: "List the scenarios that I may see, newest first",
        auth: .permission(.simulationsRead))

    /// One scenario.
    package static let getScenario = Endpoint<NoContent, Scenario>(
        .get, "/api/v1/scenarios/{id}", name: "getScenario", owner: .simulation, summary: "Get a scenario",
        auth: .permission(.simulationsRead), parameters: [.id(ScenarioID.self)], uses: .entityTag)

    /// Changes a scenario by a merge patch; only its owner may.
    package static let updateScenario = Endpoint<UpdateScenario, Scenario>(
        .patch, "/api/v1/scenarios/{id}", name: "updateScenario", owner: .simulation, summary: "Change a scenario",
        auth: .permission(.simulationsWrite), parameters: [.id(ScenarioID.self)], uses: [.entityTag, .ifMatch],
        maximumBodySize: largeBody)

    /// Removes a scenario; simulations of it go on.
    package static let deleteScenario = Endpoint<NoContent, NoContent>(
        .delete, "/api/v1/scenarios/{id}", name: "deleteScenario", owner: .simulation, summary: "Delete a scenario",
        auth: .permission(.simulationsWrite), parameters: [.id(ScenarioID.self)], success: [.noContent])

    // MARK: Crews

    /// Makes a crew of the caller.
    package static let createCrew = Endpoint<CreateCrew, Crew>(
        .post, "/api/v1/crews", name: "createCrew", owner: .simulation, summary: "Create a crew", auth: .permission(.simulationsWrite),
        success: [.created], uses: [.entityTag, .location], maximumBodySize: hugeBody)

    /// Makes a crew of what CrewAI's files describe. What is wrong in them is named with file, line and key.
    package static let importCrew = Endpoint<ImportCrew, ImportedCrew>(
        .post, "/api/v1/crews/import", name: "importCrew", owner: .simulation, summary: "Import a crew from CrewAI's YAML",
        auth: .permission(.simulationsWrite), success: [.created], uses: [.entityTag, .location], maximumBodySize: hugeBody)

    /// The caller's crews and those that others of the organisation share, newest first.
    package static let listCrews = Endpoint<CrewQuery, Page<Crew>>(
        .get, "/api/v1/crews", name: "listCrews", owner: .simulation, summary: "List the crews that I may see, newest first",
        auth: .permission(.simulationsRead))

    /// One crew.
    package static let getCrew = Endpoint<NoContent, Crew>(
        .get, "/api/v1/crews/{id}", name: "getCrew", owner: .simulation, summary: "Get a crew", auth: .permission(.simulationsRead),
        parameters: [.id(CrewID.self)], uses: .entityTag)

    /// Changes a crew by a merge patch; only its owner may.
    package static let updateCrew = Endpoint<UpdateCrew, Crew>(
        .patch, "/api/v1/crews/{id}", name: "updateCrew", owner: .simulation, summary: "Change a crew",
        auth: .permission(.simulationsWrite), parameters: [.id(CrewID.self)], uses: [.entityTag, .ifMatch], maximumBodySize: hugeBody)

    /// Removes a crew; simulations with it go on.
    package static let deleteCrew = Endpoint<NoContent, NoContent>(
        .delete, "/api/v1/crews/{id}", name: "deleteCrew", owner: .simulation, summary: "Delete a crew",
        auth: .permission(.simulationsWrite), parameters: [.id(CrewID.self)], success: [.noContent])

    // MARK: Simulations

    /// Begins a simulation. A problem `quota_exceeded` when the person has as many that have not ended as may be.
    package static let createSimulation = Endpoint<CreateSimulation, Simulation>(
        .post, "/api/v1/simulations", name: "createSimulation", owner: .simulation, summary: "Begin a simulation",
        auth: .permission(.simulationsWrite), success: [.created], uses: [.entityTag, .location], problems: [.conflict, .quotaExceeded])

    /// The caller's simulations and those that others of the organisation share, newest first.
    package static let listSimulations = Endpoint<SimulationQuery, Page<Simulation>>(
        .get, "/api/v1/simulations", name: "listSimulations", owner: .simulation,
        summary: "List the simulations that I may see, newest first", auth: .permission(.simulationsRead))

    /// One simulation, with the summary once it has ended.
    package static let getSimulation = Endpoint<NoContent, Simulation>(
        .get, "/api/v1/simulations/{id}", name: "getSimulation", owner: .simulation, summary: "Get a simulation",
        auth: .permission(.simulationsRead), parameters: [.id(SimulationID.self)], uses: .entityTag)

    /// Changes title and sharing by a merge patch; only its owner may.
    package static let updateSimulation = Endpoint<UpdateSimulation, Simulation>(
        .patch, "/api/v1/simulations/{id}", name: "updateSimulation", owner: .simulation, summary: "Change a simulation",
        auth: .permission(.simulationsWrite), parameters: [.id(SimulationID.self)], uses: [.entityTag, .ifMatch])

    /// Removes a simulation that has ended.
    package static let deleteSimulation = Endpoint<NoContent, NoContent>(
        .delete, "/api/v1/simulations/{id}", name: "deleteSimulation", owner: .simulation, summary: "Delete a simulation",
        auth: .permission(.simulationsWrite), parameters: [.id(SimulationID.self)], success: [.noContent], problems: [.conflict])

    /// Says something in a simulation: 202 with where to read on, or the events that follow until the crew waits for people again.
    package static let chatInSimulation = Endpoint<SimulationChat, ChatReceipt>(
        .post, "/api/v1/simulations/{id}/chat", name: "chatInSimulation", owner: .simulation, summary: "Say something in a simulation",
        auth: .permission(.simulationsWrite), timeClass: .streaming, parameters: [.id(SimulationID.self)],
        answers: .jsonOrEvents(.of(SimulationEvent.self)), success: [.accepted, .ok], uses: .lastEventID, maximumBodySize: largeBody,
        problems: [.conflict, .quotaExceeded])

    /// The events of a simulation after a number: as a list of what there is, or as a stream that ends with the simulation.
    package static let listSimulationEvents = Endpoint<SimulationEventQuery, SimulationEventList>(
        .get, "/api/v1/simulations/{id}/events", name: "listSimulationEvents", owner: .simulation,
        summary: "Follow or list the events of a simulation", auth: .permission(.simulationsRead), timeClass: .streaming,
        parameters: [.id(SimulationID.self)], answers: .jsonOrEvents(.of(SimulationEvent.self)), uses: .lastEventID,
        problems: [.eventNotYet])

    /// No further turn begins; the one that is open goes on to its end.
    package static let pauseSimulation = Endpoint<NoContent, Simulation>(
        .post, "/api/v1/simulations/{id}/pause", name: "pauseSimulation", owner: .simulation, summary: "Pause a simulation",
        auth: .permission(.simulationsWrite), parameters: [.id(SimulationID.self)], success: [.accepted],
        problems: [.conflict, .quotaExceeded])

    /// Turns begin again; what failed is tried again.
    package static let resumeSimulation = Endpoint<NoContent, Simulation>(
        .post, "/api/v1/simulations/{id}/resume", name: "resumeSimulation", owner: .simulation, summary: "Resume a simulation",
        auth: .permission(.simulationsWrite), parameters: [.id(SimulationID.self)], success: [.accepted],
        problems: [.conflict, .quotaExceeded])

    /// Ends a simulation and gives the summary; one that was completed before gives the same again.
    package static let completeSimulation = Endpoint<NoContent, Simulation>(
        .post, "/api/v1/simulations/{id}/complete", name: "completeSimulation", owner: .simulation,
        summary: "Complete a simulation and get the summary", auth: .permission(.simulationsWrite), timeClass: .waiting,
        parameters: [.id(SimulationID.self)], success: [.ok, .accepted], problems: [.conflict])

    /// Ends a simulation at once; one that has ended stays as it is.
    package static let cancelSimulation = Endpoint<NoContent, Simulation>(
        .post, "/api/v1/simulations/{id}/cancel", name: "cancelSimulation", owner: .simulation, summary: "Cancel a simulation",
        auth: .permission(.simulationsWrite), parameters: [.id(SimulationID.self)], success: [.accepted])

    private static let largeBody = 256 * 1024
    private static let hugeBody = 1024 * 1024

    /// Every endpoint of simulation.
    package static let all: [EndpointDescription] = [
        createScenario.description, listScenarios.description, getScenario.description, updateScenario.description,
        deleteScenario.description,
        createCrew.description, importCrew.description, listCrews.description, getCrew.description, updateCrew.description,
        deleteCrew.description,
        createSimulation.description, listSimulations.description, getSimulation.description, updateSimulation.description,
        deleteSimulation.description, chatInSimulation.description, listSimulationEvents.description, pauseSimulation.description,
        resumeSimulation.description, completeSimulation.description, cancelSimulation.description,
    ]
}
