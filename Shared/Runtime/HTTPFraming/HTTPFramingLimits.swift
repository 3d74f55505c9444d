/// How much of a message a parser accepts before it refuses it.
package struct HTTPFramingLimits: Sendable {
    /// Bytes of the first line, its line end included (414).
    package var startLineBytes = 8 << 10
    /// Bytes of a whole head (431).
    package var headBytes = 32 << 10
    /// Field lines of a head (431).
    package var fieldCount = 100
    /// Bytes of a body, chunks added up (413).
    package var bodyBytes = Int.max
    /// Bytes of chunk extensions in one message (400).
    package var chunkExtensionBytes = 1 << 10
    /// Bytes of a trailer section (431).
    package var trailerBytes = 8 << 10
    /// Field lines of a trailer section (431).
    package var trailerCount = 32

    /// The limits that suit a server open to strangers.
    package init() {}
}
