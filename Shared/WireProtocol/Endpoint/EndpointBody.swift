package import JSON

/// What the body of a request is.
package enum RequestBody: Sendable, Hashable {
    case none
    /// `application/json`
    case json
    /// `application/x-www-form-urlencoded`
    case form
    /// Any bytes, streamed.
    case bytes
}

/// What the body of a successful answer is.
package enum ResponseBody: Sendable {
    case none
    /// `application/json`
    case json
    /// `text/event-stream`
    case events(EventShape)
    /// JSON, or a stream for who accepts `text/event-stream`.
    case jsonOrEvents(EventShape)
    /// Bytes of this media type, streamed.
    case bytes(mediaType: String)
}

/// What the events of a stream carry in `data:`.
package struct EventShape: Sendable {
    /// Records the type of one event.
    package let schema: @Sendable (SchemaRecorder) throws -> JSONValue

    /// Events of this type.
    package static func of<Event: Codable & Sendable>(_ type: Event.Type) -> EventShape {
        EventShape { try $0.schema(of: Event.self) }
    }

    private init(_ schema: @escaping @Sendable (SchemaRecorder) throws -> JSONValue) { self.schema = schema }
}
