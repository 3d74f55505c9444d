/// What a service keeps journals of. It names the tables: for `run` in the schema `agent` they are `agent.live_runs` and `agent.run_events`, both
/// with the column `run_id`, and `agent.workers`.
package struct JournalKind: Sendable, Hashable {
    package let schema: String
    /// Singular, as in a column's name.
    package let name: String
    /// What version of events this program writes, and the greatest that it can read: it claims no other.
    package let version: Int32
    /// The types of the events after which nothing comes.
    package let finalTypes: Set<String>
    let liveTable: String
    let eventTable: String
    let workerTable: String
    let idColumn: String

    package init(schema: String, name: String, version: Int32, finalTypes: Set<String>) {
        self.schema = schema
        self.name = name
        self.version = version
        self.finalTypes = finalTypes
        // Here and not when they are asked for, which every statement does.
        liveTable = "\(schema).live_\(name)s"
        eventTable = "\(schema).\(name)_events"
        workerTable = "\(schema).workers"
        idColumn = "\(name)_id"
    }
}
