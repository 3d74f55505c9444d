internal import JSON
package import WireProtocol
internal import YAML

/// Makes crews of CrewAI's files.
package struct CrewImporter: Sendable {
    private let rules: RequestDecoder<CreateCrew>

    package init() throws { rules = try RequestDecoder(SimulationAPI.createCrew) }

    /// What the files describe. A problem 422 names everything that is wrong in them with file, line and key.
    package func read(_ request: ImportCrew) throws -> ImportedFiles {
        var agents = CrewFile(name: "agents.yaml", pointer: "/agents_yaml")
        var tasks = CrewFile(name: "tasks.yaml", pointer: "/tasks_yaml")
        var errors: [FieldError] = []
        let members = members(request, &agents, &errors)
        let crew = CreateCrew(
            name: request.name, description: request.description, process: request.process ?? .sequential, manager: request.manager,
            members: members, tasks: Self.tasks(request, &tasks), maxRevisions: request.maxRevisions, inputs: request.inputs,
            sharing: request.sharing)
        errors = agents.errors + tasks.errors + errors
        guard errors.isEmpty else { throw Problem(.validationFailed, errors: Array(errors.prefix(CrewFile.mostErrors))) }
        let files = ImportedFiles(
            crew: crew, notes: agents.notes + tasks.notes, places: agents.places.merging(tasks.places) { first, _ in first })
        // The request's schema says nothing of what stands in the files.
        do { _ = try rules.decode(body: JSONCodec.encode(crew)) } catch let problem as Problem { throw files.placed(problem) }
        return files
    }

    private func members(_ request: ImportCrew, _ file: inout CrewFile, _ errors: inout [FieldError]) -> [CrewMember] {
        let entries = file.entries(request.agentsYAML)
        for name in (request.agentIDs ?? [:]).keys.sorted() where !entries.contains(where: { $0.key == name }) {
            errors.append(FieldError(pointer: "/agent_ids", detail: "\(CrewFile.cut(name)) is no key of agents.yaml"))
        }
        var members: [CrewMember] = []
        for entry in entries {
            let pointer = "/members/\(members.count)"
            file.place(pointer, at: entry.position, entry.key)
            file.check(entry, taken: ["role", "goal", "backstory", "tools"], known: Self.knownOfAgents)
            let role = file.text("role", of: entry, as: pointer + "/role")
            let goal = file.text("goal", of: entry, as: pointer + "/goal")
            let backstory = file.text("backstory", of: entry, as: pointer + "/backstory", isOptional: true)
            let tools = file.list("tools", of: entry, as: pointer + "/tools")
            let agent = request.agentIDs?[entry.key] ?? request.agentID
            if agent == nil { file.refuse(entry.position, entry.key, "has no agent: name one in agent_ids or agent_id") }
            guard let role, let goal, let agent else { continue }
            members.append(
                CrewMember(name: entry.key, agentID: agent, role: role, goal: goal, backstory: backstory, tools: tools))
        }
        return members
    }

    private static func tasks(_ request: ImportCrew, _ file: inout CrewFile) -> [CrewTask] {
        var tasks: [CrewTask] = []
        for entry in file.entries(request.tasksYAML) {
            let pointer = "/tasks/\(tasks.count)"
            file.place(pointer, at: entry.position, entry.key)
            file.check(entry, taken: ["description", "expected_output", "agent", "context"], known: knownOfTasks)
            let description = file.text("description", of: entry, as: pointer + "/description")
            let expected = file.text("expected_output", of: entry, as: pointer + "/expected_output")
            let member = file.text("agent", of: entry, as: pointer + "/member", isOptional: true)
            let context = file.list("context", of: entry, as: pointer + "/context")
            guard let description, let expected else { continue }
            tasks.append(
                CrewTask(name: entry.key, description: description, expectedOutput: expected, member: member, context: context))
        }
        return tasks
    }

    private static let ofTheAgent = "is a matter of the agent here"
    private static let notHere = "has no counterpart here"

    /// CrewAI's other keys, and what becomes of them.
    private static let knownOfAgents: [String: String] = [
        "llm": ofTheAgent, "function_calling_llm": ofTheAgent, "max_iter": ofTheAgent, "max_rpm": ofTheAgent,
        "max_execution_time": ofTheAgent, "max_retry_limit": ofTheAgent, "allow_code_execution": ofTheAgent,
        "code_execution_mode": ofTheAgent, "system_template": ofTheAgent, "prompt_template": ofTheAgent,
        "response_template": ofTheAgent, "use_system_prompt": ofTheAgent, "multimodal": ofTheAgent, "reasoning": ofTheAgent,
        "max_reasoning_attempts": ofTheAgent, "knowledge_sources": ofTheAgent, "embedder": ofTheAgent, "memory": ofTheAgent,
        "respect_context_window": ofTheAgent, "max_tokens": ofTheAgent, "verbose": "everything is in the events",
        "allow_delegation": "only the manager of a hierarchical crew assigns tasks", "cache": notHere, "step_callback": notHere,
        "callbacks": notHere, "inject_date": notHere, "date_format": notHere, "guardrail": notHere, "planning": notHere,
    ]
    private static let knownOfTasks: [String: String] = [
        "tools": "the member's tools are used", "async_execution": "tasks are done one after the other",
        "human_input": "people may speak at any time", "output_file": "the result is in the events and the summary",
        "create_directory": notHere, "output_json": notHere, "output_pydantic": notHere, "converter_cls": notHere, "callback": notHere,
        "callbacks": notHere, "guardrail": "the manager of a hierarchical crew checks results",
        "guardrails": "the manager of a hierarchical crew checks results", "max_retries": "`max_revisions` of the crew counts",
        "guardrail_max_retries": "`max_revisions` of the crew counts", "markdown": notHere, "name": "the key is its name",
        "config": notHere, "security_config": notHere,
    ]
}

/// What was read from CrewAI's files.
package struct ImportedFiles {
    package let crew: CreateCrew
    package let notes: [ImportNote]
    let places: [String: CrewFile.Place]

    /// A problem of the crew as a problem of the files that it came from.
    func placed(_ problem: Problem) -> Problem {
        var problem = problem
        problem.errors = problem.errors?.prefix(CrewFile.mostErrors).map { error in
            var pointer = error.pointer[...]
            while !pointer.isEmpty {
                if let place = places[String(pointer)] {
                    return FieldError(
                        pointer: place.file == "agents.yaml" ? "/agents_yaml" : "/tasks_yaml", detail: place.says(error.detail))
                }
                pointer = pointer[..<(pointer.lastIndex(of: "/") ?? pointer.startIndex)]
            }
            return error
        }
        return problem
    }
}
