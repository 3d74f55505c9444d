internal import EventLoop
internal import HTTPMessage
internal import HTTPServer
internal import ServiceKit
internal import Telemetry

/// Header fields on their way through: those of one connection stay behind (RFC 9110, 7.6.1), and those that say who is asking are ours to write.
enum ForwardedFields {
    private static let ofOneConnection: [HTTPFieldName] = [
        .connection, "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", .transferEncoding,
        .upgrade, .contentLength,
    ]
    private static let notOfRequests = HTTPFieldNameSet(
        ofOneConnection + [.host, .expect, .requestID, .traceparent, .forwardedFor, "forwarded"])
    private static let notOfAnswers = HTTPFieldNameSet(ofOneConnection + [.date, "server", .requestID])

    /// The fields of a request to a service.
    static func request(_ request: HTTPServerRequest, _ context: RequestContext) -> HTTPFields {
        var fields = request.fields.removing(notOfRequests, reserving: 256, lines: 3)
        removeNamed(by: request.fields, from: &fields)
        fields.append(.requestID, context.requestID.description)
        fields.append(.traceparent, context.trace.traceparent)
        if let address = request.remoteAddress { fields.append(.forwardedFor, address.host) }
        return fields
    }

    /// The fields of a service's answer, with room for those that the gateway adds.
    static func response(_ original: HTTPFields) -> HTTPFields {
        var fields = original.removing(notOfAnswers, reserving: 256, lines: 4)
        removeNamed(by: original, from: &fields)
        return fields
    }

    /// Removes the fields that `Connection` names.
    private static func removeNamed(by original: HTTPFields, from fields: inout HTTPFields) {
        guard let connection = original.combinedValue(of: .connection) else { return }
        for token in connection.split(separator: ",") {
            if let name = HTTPFieldName(String(token.filter { $0 != " " && $0 != "\t" })) { fields.removeAll(name) }
        }
    }
}
