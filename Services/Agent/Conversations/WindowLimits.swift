package import WireProtocol

/// How much of a conversation a model is given.
package struct WindowLimits: Sendable, Hashable {
    package var messages: Int
    /// UTF-8 bytes of all contents; the newest message is given whatever its size.
    package var bytes: Int

    package init(messages: Int = 40, bytes: Int = 32 << 10) {
        self.messages = messages
        self.bytes = bytes
    }

    /// The window of messages that come newest first, oldest first. Nil when these are too few to know where it begins.
    ///
    /// It begins with what a person said: to a reply without its question many models object.
    package func window(of newestFirst: [Message]) -> [Message]? {
        var window: [Message] = []
        var bytesLeft = bytes
        for message in newestFirst {
            bytesLeft -= message.content.utf8.count
            if window.count == messages || (bytesLeft < 0 && !window.isEmpty) { return Self.begin(window) }
            window.append(message)
        }
        return window.count == messages || (window.last?.ordinal ?? 1) == 1 ? Self.begin(window) : nil
    }

    /// As many messages, newest first, as say what the window is: the last may be the one that does not fit. Nil when they are twice as large as
    /// a window, and so not worth keeping.
    func needed(of newestFirst: [Message]) -> [Message]? {
        var needed: [Message] = []
        var size = 0
        for message in newestFirst.prefix(messages) where size <= bytes {
            needed.append(message)
            size += message.content.utf8.count
        }
        return size <= 2 * bytes ? needed : nil
    }

    private static func begin(_ newestFirst: [Message]) -> [Message] {
        Array(newestFirst.reversed().drop { $0.role != .user })
    }
}
