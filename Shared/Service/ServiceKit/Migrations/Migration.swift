/// One step of a schema's history, and the way back.
package struct Migration: Sendable {
    /// 1, 2, 3, … without a gap.
    package var version: Int
    package var name: String
    /// A script of SQL statements; it runs in a transaction.
    package var up: String
    /// The script that takes `up` back.
    package var down: String

    /// From text.
    package init(_ version: Int, _ name: String, up: String, down: String) {
        self.version = version
        self.name = name
        self.up = up
        self.down = down
    }

    /// From the embedded files `V0001_name.up.sql` and `V0001_name.down.sql`, in UTF-8.
    package init(_ version: Int, _ name: String, up: [UInt8], down: [UInt8]) {
        self.init(version, name, up: String(decoding: up, as: UTF8.self), down: String(decoding: down, as: UTF8.self))
    }
}
