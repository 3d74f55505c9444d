/// A tagged union: an object whose tag says which variant it is.
///
/// Its `init(from:)` decodes the tag first and switches over it. The recorder replays it once for every known tag; variants without
/// the union inside them come first, because the value of the first stands for the type inside the others.
package protocol WireUnion: Codable, Sendable {
    /// The names of the variants.
    associatedtype Tag: WireEnum
    /// The member that holds the tag, as it stands in JSON.
    static var tagKey: String { get }
}

extension WireUnion {
    package static var tagKey: String { "type" }
}
