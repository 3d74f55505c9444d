/// A path whose segments are fixed, or `{name}`s that stand for any one: `/things/{id}/parts`.
final class PathTemplate: Sendable {
    enum Segment: Equatable, Sendable {
        case fixed([UInt8])
        case parameter(String)
    }

    let text: String
    let segments: [Segment]

    /// A template starts with a slash; one that does not is a mistake in the source and traps.
    init(_ text: String) {
        precondition(text.hasPrefix("/"), "a template starts with a slash: \(text)")
        self.text = text
        segments = text.split(separator: "/").map { segment in
            segment.hasPrefix("{") && segment.hasSuffix("}")
                ? .parameter(String(segment.dropFirst().dropLast())) : .fixed(Array(segment.utf8))
        }
    }
}
