internal import HTTPMessage

/// What agent answers: agents, conversations, messages and runs.
package enum AgentAPI {
    // MARK: Agents

    /// Makes an agent of the caller.
    package static let createAgent = Endpoint<CreateAgent, Agent>(
        .post, "/api/v1/agents", name: "createAgent", owner: .agent, summary: "Create an agent", auth: .permission(.agentsWrite),
        success: [.created], uses: [.entityTag, .location], maximumBodySize: largeBody)

    /// The caller's agents and those that others of the organisation share, newest first.
    package static let listAgents = Endpoint<AgentQuery, Page<Agent>>(
        .get, "/api/v1/agents", name: "listAgents", owner: .agent, summary: "List the agents that I may see, newest first",
        auth: .permission(.agentsRead))

    /// One agent.
    package static let getAgent = Endpoint<NoContent, Agent>(
        .get, "/api/v1/agents/{id}", name: "getAgent", owner: .agent, summary: "Get an agent", auth: .permission(.agentsRead),
        parameters: [.id(AgentID.self)], uses: .entityTag)

    /// Changes an agent by a merge patch; only its owner may.
    package static let updateAgent = Endpoint<UpdateAgent, Agent>(
        .patch, "/api/v1/agents/{id}", name: "updateAgent", owner: .agent, summary: "Change an agent", auth: .permission(.agentsWrite),
        parameters: [.id(AgentID.self)], uses: [.entityTag, .ifMatch], maximumBodySize: largeBody)

    /// Removes an agent, as only its owner may; its conversations stay and can be read.
    package static let deleteAgent = Endpoint<NoContent, NoContent>(
        .delete, "/api/v1/agents/{id}", name: "deleteAgent", owner: .agent, summary: "Delete an agent", auth: .permission(.agentsWrite),
        parameters: [.id(AgentID.self)], success: [.noContent])

    // MARK: Conversations

    /// Begins a conversation with an agent.
    package static let createConversation = Endpoint<CreateConversation, Conversation>(
        .post, "/api/v1/conversations", name: "createConversation", owner: .agent, summary: "Begin a conversation",
        auth: .permission(.conversationsWrite), success: [.created], uses: [.entityTag, .location])

    /// The caller's conversations, the one with the latest message first.
    package static let listConversations = Endpoint<ConversationQuery, Page<Conversation>>(
        .get, "/api/v1/conversations", name: "listConversations", owner: .agent, summary: "List my conversations",
        auth: .permission(.conversationsRead))

    /// One conversation.
    package static let getConversation = Endpoint<NoContent, Conversation>(
        .get, "/api/v1/conversations/{id}", name: "getConversation", owner: .agent, summary: "Get a conversation",
        auth: .permission(.conversationsRead), parameters: [.id(ConversationID.self)], uses: .entityTag)

    /// Changes a conversation by a merge patch.
    package static let updateConversation = Endpoint<UpdateConversation, Conversation>(
        .patch, "/api/v1/conversations/{id}", name: "updateConversation", owner: .agent, summary: "Change a conversation",
        auth: .permission(.conversationsWrite), parameters: [.id(ConversationID.self)], uses: .optionalIfMatch)

    /// Removes a conversation and what was said in it.
    package static let deleteConversation = Endpoint<NoContent, NoContent>(
        .delete, "/api/v1/conversations/{id}", name: "deleteConversation", owner: .agent, summary: "Delete a conversation",
        auth: .permission(.conversationsWrite), parameters: [.id(ConversationID.self)], success: [.noContent], problems: [.conversationBusy]
    )

    /// What was said, in order or from its end.
    package static let listMessages = Endpoint<MessageQuery, Page<Message>>(
        .get, "/api/v1/conversations/{id}/messages", name: "listMessages", owner: .agent,
        summary: "List the messages, oldest first or latest first", auth: .permission(.conversationsRead),
        parameters: [.id(ConversationID.self)])

    /// Says something, which starts a run: 202 at once, 200 with the reply when `Prefer: wait` asked for it and it came in time, or the
    /// run's events.
    package static let postMessage = Endpoint<PostMessage, MessageReceipt>(
        .post, "/api/v1/conversations/{id}/messages", name: "postMessage", owner: .agent, summary: "Say something; starts a run",
        auth: .permission(.conversationsWrite), timeClass: .waiting, parameters: [.id(ConversationID.self)],
        answers: .jsonOrEvents(.of(RunEvent.self)), success: [.accepted, .ok], uses: [.prefer, .location, .lastEventID],
        maximumBodySize: 1024 * 1024, problems: [.conversationBusy, .eventNotYet, .modelNotConfigured, .quotaExceeded])

    /// Begins a conversation by saying something: `createConversation` and `postMessage` in one.
    package static let beginConversation = Endpoint<BeginConversation, MessageReceipt>(
        .post, "/api/v1/agents/{id}/conversations", name: "beginConversation", owner: .agent,
        summary: "Begin a conversation by saying something",
        auth: .permission(.conversationsWrite), timeClass: .waiting, parameters: [.id(AgentID.self)],
        answers: .jsonOrEvents(.of(RunEvent.self)), success: [.accepted, .ok], uses: [.prefer, .location, .lastEventID],
        maximumBodySize: 1024 * 1024, problems: [.conflict, .eventNotYet, .modelNotConfigured, .quotaExceeded])

    /// With `Prefer`, a service that acts for a person says that the run may wait for what the person decides on calls of tools: it will show it to them.
    package static let askPreference = "ask"

    /// The files that the runs of a conversation saved, newest first.
    package static let listArtifacts = Endpoint<PageQuery, Page<Artifact>>(
        .get, "/api/v1/conversations/{id}/artifacts", name: "listArtifacts", owner: .agent,
        summary: "List the files that a conversation made", auth: .permission(.conversationsRead), parameters: [.id(ConversationID.self)])

    /// The runs of a conversation, newest first.
    package static let listRuns = Endpoint<PageQuery, Page<Run>>(
        .get, "/api/v1/conversations/{id}/runs", name: "listRuns", owner: .agent, summary: "List the runs of a conversation",
        auth: .permission(.conversationsRead), parameters: [.id(ConversationID.self)])

    // MARK: Runs

    /// One run.
    package static let getRun = Endpoint<NoContent, Run>(
        .get, "/api/v1/runs/{id}", name: "getRun", owner: .agent, summary: "Get a run", auth: .permission(.conversationsRead),
        parameters: [.id(RunID.self)])

    /// The events of a run after a number: as a list of what there is, or as a stream that ends with the run.
    package static let listRunEvents = Endpoint<RunEventQuery, RunEventList>(
        .get, "/api/v1/runs/{id}/events", name: "listRunEvents", owner: .agent, summary: "Follow or list the events of a run",
        auth: .permission(.conversationsRead), timeClass: .streaming, parameters: [.id(RunID.self)],
        answers: .jsonOrEvents(.of(RunEvent.self)), uses: .lastEventID, problems: [.eventNotYet])

    /// Stops a run; one that has ended stays as it is.
    package static let cancelRun = Endpoint<NoContent, Run>(
        .post, "/api/v1/runs/{id}/cancel", name: "cancelRun", owner: .agent, summary: "Cancel a run",
        auth: .permission(.conversationsWrite), parameters: [.id(RunID.self)], success: [.accepted])

    // MARK: Approvals

    /// The calls of tools that wait for the caller, oldest first.
    package static let listApprovals = Endpoint<PageQuery, Page<Approval>>(
        .get, "/api/v1/approvals", name: "listApprovals", owner: .agent, summary: "List the calls of tools that wait for me, oldest first",
        auth: .permission(.conversationsRead))

    /// Agrees to a call of a tool for which a run waits: it is made, and the run goes on. The token must allow to call tools too.
    package static let approveCall = Endpoint<NoContent, Run>(
        .post, "/api/v1/runs/{id}/approvals/{call}/approve", name: "approveCall", owner: .agent,
        summary: "Agree to a call of a tool for which a run waits", auth: .permission(.conversationsWrite),
        parameters: approvalParameters, success: [.accepted], problems: [.conflict])

    /// Refuses a call of a tool for which a run waits: the model is told, and the run goes on.
    package static let rejectCall = Endpoint<RejectCall, Run>(
        .post, "/api/v1/runs/{id}/approvals/{call}/reject", name: "rejectCall", owner: .agent,
        summary: "Refuse a call of a tool for which a run waits", auth: .permission(.conversationsWrite),
        parameters: approvalParameters, success: [.accepted], problems: [.conflict])

    private static let approvalParameters: [PathParameter] = [.id(RunID.self), .text("call", maximumLength: 19)]

    private static let largeBody = 256 * 1024

    /// Every endpoint of agent.
    package static let all: [EndpointDescription] = [
        createAgent.description, listAgents.description, getAgent.description, updateAgent.description, deleteAgent.description,
        createConversation.description, listConversations.description, getConversation.description, updateConversation.description,
        deleteConversation.description, listMessages.description, postMessage.description, beginConversation.description,
        listArtifacts.description, listRuns.description, getRun.description, listRunEvents.description, cancelRun.description,
        listApprovals.description,
        approveCall.description, rejectCall.description,
    ]
}
