import Foundation
import Testing

/// Who starts the launcher: this process's user, and, when that is root, an ordinary user as well.
enum Caller: CaseIterable, CustomTestStringConvertible {
    case root, ordinary

    static let available: [Caller] = geteuid() == 0 ? [.root, .ordinary] : [.ordinary]

    var testDescription: String { self == .root ? "started by root" : "started by an ordinary user" }

    /// What stands before the launcher's own path.
    var prefix: [String] {
        self == .ordinary && geteuid() == 0 ? ["/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"] : []
    }
}
