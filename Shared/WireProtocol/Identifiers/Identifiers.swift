// One tag and one name for each kind of thing that has an id.

/// The id of an agent.
package typealias AgentID = TypeID<AgentIDTag>
/// The prefix of such ids.
package enum AgentIDTag: IDTag { package static let prefix = "agt" }

/// The id of a conversation.
package typealias ConversationID = TypeID<ConversationIDTag>
/// The prefix of such ids.
package enum ConversationIDTag: IDTag { package static let prefix = "cnv" }

/// The id of a message.
package typealias MessageID = TypeID<MessageIDTag>
/// The prefix of such ids.
package enum MessageIDTag: IDTag { package static let prefix = "msg" }

/// The id of a run.
package typealias RunID = TypeID<RunIDTag>
/// The prefix of such ids.
package enum RunIDTag: IDTag { package static let prefix = "run" }

/// The id of a person.
package typealias UserID = TypeID<UserIDTag>
/// The prefix of such ids.
package enum UserIDTag: IDTag { package static let prefix = "usr" }

/// The id of an organisation.
package typealias OrganizationID = TypeID<OrganizationIDTag>
/// The prefix of such ids.
package enum OrganizationIDTag: IDTag { package static let prefix = "org" }

/// The id of a log-in session of a person.
package typealias SessionID = TypeID<SessionIDTag>
/// The prefix of such ids.
package enum SessionIDTag: IDTag { package static let prefix = "ses" }

/// The id of a file.
package typealias FileID = TypeID<FileIDTag>
/// The prefix of such ids.
package enum FileIDTag: IDTag { package static let prefix = "fil" }

/// The id of a sandbox.
package typealias SandboxID = TypeID<SandboxIDTag>
/// The prefix of such ids.
package enum SandboxIDTag: IDTag { package static let prefix = "sbx" }

/// The id of a scenario.
package typealias ScenarioID = TypeID<ScenarioIDTag>
/// The prefix of such ids.
package enum ScenarioIDTag: IDTag { package static let prefix = "scn" }

/// The id of a crew.
package typealias CrewID = TypeID<CrewIDTag>
/// The prefix of such ids.
package enum CrewIDTag: IDTag { package static let prefix = "crw" }

/// The id of a simulation.
package typealias SimulationID = TypeID<SimulationIDTag>
/// The prefix of such ids.
package enum SimulationIDTag: IDTag { package static let prefix = "sim" }

/// The id of a command in a sandbox.
package typealias CommandID = TypeID<CommandIDTag>
/// The prefix of such ids.
package enum CommandIDTag: IDTag { package static let prefix = "cmd" }

/// The id of a request that a sandbox made to the outside.
package typealias NetworkRequestID = TypeID<NetworkRequestIDTag>
/// The prefix of such ids.
package enum NetworkRequestIDTag: IDTag { package static let prefix = "net" }

/// The id of a secret.
package typealias SecretID = TypeID<SecretIDTag>
/// The prefix of such ids.
package enum SecretIDTag: IDTag { package static let prefix = "sec" }

/// The id of an API key.
package typealias APIKeyID = TypeID<APIKeyIDTag>
/// The prefix of such ids.
package enum APIKeyIDTag: IDTag { package static let prefix = "key" }
