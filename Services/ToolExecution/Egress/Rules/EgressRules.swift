internal import HTTPMessage
internal import WireProtocol

/// A request to the outside, as far as the rules look at it.
struct EgressTarget: Hashable {
    /// `CONNECT` for a tunnel.
    var method: HTTPMethod
    /// Normal.
    var host: String
    var port: UInt16
    /// Without the query; nil for a tunnel.
    var path: String?

    var isTunnel: Bool { method == .connect }
}

/// Why the proxy does not do what is asked. The reason is shown to the sandbox and written down.
struct EgressRefusal: Error, Hashable {
    var status: HTTPStatus
    var reason: String
}

/// What a grant allows.
struct EgressRules: Hashable {
    private let hosts: [HostPattern]
    /// nil: all.
    private let methods: Set<String>?
    let maximumBytes: Int
    /// The names of secrets that may be put into requests.
    let secrets: [String]
    /// A server that the operator named, and no stranger: it may have a private address.
    private let operatorServer: HostPattern?

    static let defaultMaximumBytes = 100_000_000

    /// Throws a problem 422 that names every wrong place below `pointer`.
    init(_ grant: NetworkGrant, pointer: String, operatorServer: HostPattern? = nil) throws {
        self.operatorServer = operatorServer
        var errors: [FieldError] = []
        var hosts: [HostPattern] = []
        for (index, text) in grant.hosts.enumerated() {
            if let pattern = HostPattern(text) {
                hosts.append(pattern)
            } else {
                errors.append(FieldError(pointer: "\(pointer)/hosts/\(index)", detail: "must be like example.com, *.example.com or *"))
            }
        }
        let methods = grant.methods.map { Set($0.map { $0.uppercased() }) }
        for (index, name) in (grant.methods ?? []).enumerated() where !name.utf8.allSatisfy(FieldCharacters.isToken) {
            errors.append(FieldError(pointer: "\(pointer)/methods/\(index)", detail: "is no method"))
        }
        guard errors.isEmpty else { throw Problem(.validationFailed, errors: errors) }
        self.hosts = hosts
        self.methods = methods
        maximumBytes = grant.maxBytes ?? Self.defaultMaximumBytes
        secrets = grant.secrets ?? []
    }

    /// Whether a request is to the server that the operator named.
    func isToOperatorServer(_ target: EgressTarget) -> Bool { operatorServer?.matches(target.host, port: target.port) ?? false }

    /// Throws `EgressRefusal` for what is not allowed.
    func check(_ target: EgressTarget) throws {
        guard hosts.contains(where: { $0.matches(target.host, port: target.port) }) else {
            throw EgressRefusal(status: .forbidden, reason: "the sandbox may not reach \(target.host):\(target.port)")
        }
        guard let methods else { return }
        if target.isTunnel {
            throw EgressRefusal(
                status: .forbidden, reason: "the grant names methods, which a tunnel would hide; ask the proxy for the https URL itself")
        }
        guard methods.contains(target.method.name) else {
            throw EgressRefusal(status: .forbidden, reason: "the sandbox may not use the method \(target.method.name)")
        }
    }
}
