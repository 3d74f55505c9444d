/// Why a schema could not be migrated, or cannot be served.
package enum MigrationError: Error, Equatable, CustomStringConvertible {
    /// The list of migrations is not 1, 2, 3, …
    case misnumbered(schema: String, version: Int)
    /// The schema is older than the program needs.
    case schemaTooOld(schema: String, version: Int, needed: Int)
    /// The schema has a migration that the program does not know, or knows under another name.
    case unknown(schema: String, version: Int, name: String)
    /// There is no such version to go to.
    case noSuchVersion(schema: String, version: Int)
    /// A script failed; the schema stays at the version before it.
    case failed(schema: String, version: Int, name: String, reason: String)

    package var description: String {
        switch self {
        case .misnumbered(let schema, let version):
            "the migrations of \(schema) are not numbered 1, 2, 3, …: version \(version) is out of place"
        case .schemaTooOld(let schema, let version, let needed):
            "the schema \(schema) is at version \(version) and this program needs \(needed): run `migrate` first"
        case .unknown(let schema, let version, let name):
            "the schema \(schema) has the migration \(version) (\(name)), which this program does not know"
        case .noSuchVersion(let schema, let version): "the schema \(schema) has no version \(version)"
        case .failed(let schema, let version, let name, let reason): "the migration \(version) (\(name)) of \(schema) failed: \(reason)"
        }
    }
}
