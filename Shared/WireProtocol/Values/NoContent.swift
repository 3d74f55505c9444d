/// The request or the answer of an endpoint that has none; in JSON an object without members.
package struct NoContent: Codable, Sendable, Hashable {
    package init() {}
    /// Asks for an object, so that nothing else is taken for one.
    package init(from decoder: any Decoder) throws {
        _ = try decoder.container(keyedBy: NoKey.self)
    }
    package func encode(to encoder: any Encoder) throws {
        _ = encoder.container(keyedBy: NoKey.self)
    }
    private enum NoKey: CodingKey {}
}
