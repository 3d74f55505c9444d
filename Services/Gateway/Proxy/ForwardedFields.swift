internal import EventLoop
internal import HTTPMessage
internal import HTTPServer
internal import ServiceKit
internal import Telemetry

/// Header fields on their way through: those of one connection stay behind (RFC 9110, 7.6.1), and those that say who is asking are ours to write.
enum ForwardedFields {
    private static let ofOneConnection: [HTTPFieldName] = [
        .connection, "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", .transferEncoding,
        .upgrade,
        .contentLength,
    ]

    /// The fields of a request to a service.
    static func request(_ request: HTTPServerRequest, _ context: RequestContext) -> HTTPFields {
        var fields = request.fields
        removeConnectionFields(&fields)
        for name: HTTPFieldName in [.host, .expect, "x-request-id", .traceparent, "x-forwarded-for", "forwarded"] { fields.removeAll(name) }
        fields.append("x-request-id", context.requestID.description)
        fields.append(.traceparent, context.trace.traceparent)
        if let address = request.remoteAddress { fields.append("x-forwarded-for", address.host) }
        return fields
    }

    /// The fields of a service's answer.
    static func response(_ original: HTTPFields) -> HTTPFields {
        var fields = original
        removeConnectionFields(&fields)
        for name: HTTPFieldName in [.date, "server", "x-request-id"] { fields.removeAll(name) }
        return fields
    }

    private static func removeConnectionFields(_ fields: inout HTTPFields) {
        if let connection = fields.combinedValue(of: .connection) {
            for token in connection.split(separator: ",") {
                if let name = HTTPFieldName(String(token.filter { $0 != " " })) { fields.removeAll(name) }
            }
        }
        for name in ofOneConnection { fields.removeAll(name) }
    }
}
