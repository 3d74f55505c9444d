internal import HTTPMessage

/// What simulation answers: scenarios and crews.
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
        maximumBodySize: largeBody, problems: [.preconditionFailed])

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
        auth: .permission(.simulationsWrite), parameters: [.id(CrewID.self)], uses: [.entityTag, .ifMatch], maximumBodySize: hugeBody,
        problems: [.preconditionFailed])

    /// Removes a crew; simulations with it go on.
    package static let deleteCrew = Endpoint<NoContent, NoContent>(
        .delete, "/api/v1/crews/{id}", name: "deleteCrew", owner: .simulation, summary: "Delete a crew",
        auth: .permission(.simulationsWrite), parameters: [.id(CrewID.self)], success: [.noContent])

    private static let largeBody = 256 * 1024
    private static let hugeBody = 1024 * 1024

    /// Every endpoint of simulation.
    package static let all: [EndpointDescription] = [
        createScenario.description, listScenarios.description, getScenario.description, updateScenario.description,
        deleteScenario.description,
        createCrew.description, importCrew.description, listCrews.description, getCrew.description, updateCrew.description,
        deleteCrew.description,
    ]
}
