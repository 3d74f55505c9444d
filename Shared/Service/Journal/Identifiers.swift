package import WireProtocol

/// The id of what a journal is of, whatever it is: the same `uuid` as the service's own id of it.
package typealias JournalID = TypeID<JournalIDTag>
/// The prefix of such ids.
package enum JournalIDTag: IDTag { package static let prefix = "jnl" }

/// One incarnation of a loop that carries out what journals are of.
package typealias WorkerID = TypeID<WorkerIDTag>
/// The prefix of such ids.
package enum WorkerIDTag: IDTag { package static let prefix = "wrk" }
