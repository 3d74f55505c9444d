package import WireProtocol

/// One incarnation of a loop that carries out runs.
package typealias WorkerID = TypeID<WorkerIDTag>
/// The prefix of such ids.
package enum WorkerIDTag: IDTag { package static let prefix = "wrk" }
