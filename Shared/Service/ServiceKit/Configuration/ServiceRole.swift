/// Which part of the work a process of a service with workers does. Accepting, carrying out and viewing meet in the database alone.
package enum ServiceRole: String, CaseIterable, Sendable {
    /// Accepts work for others, and shows it.
    case api
    /// Carries out work.
    case worker
    case all

    package init(_ settings: Settings) {
        self = settings.choice("TROUPE_ROLE", default: .all, "Whether the process accepts and shows work, carries it out, or both")
    }
}
