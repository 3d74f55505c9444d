internal import Synchronization
internal import WireProtocol

/// What uploads of organisations have brought that is not counted yet: they would all find the same room. All loops of a process share it.
package final class ArrivingBytes: Sendable {
    private let sizes = Mutex<[OrganizationID: Int]>([:])

    package init() {}

    /// What arrives for an organisation, after so much has come, or with a negative size is counted elsewhere or gone.
    @discardableResult func add(_ size: Int, of organization: OrganizationID) -> Int {
        sizes.withLock { sizes in
            let sum = sizes[organization, default: 0] + size
            sizes[organization] = sum > 0 ? sum : nil
            return sum
        }
    }
}
