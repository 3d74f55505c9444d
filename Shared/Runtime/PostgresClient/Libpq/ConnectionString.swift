internal import CPostgres

/// The settings that a connection string gives, in libpq's two notations: `host=… user=…` and `postgresql://…`.
struct ConnectionString {
    private(set) var settings: [String: String] = [:]

    init(_ text: String) throws {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = unsafe PQconninfoParse(text, &message) else {
            // libpq's message quotes the text, in which there may be a password.
            unsafe PQfreemem(message)
            throw PostgresError.refused("the connection string of the database cannot be read")
        }
        defer { unsafe PQconninfoFree(options) }
        var option = unsafe options
        while let keyword = unsafe option.pointee.keyword {
            if let value = unsafe option.pointee.val { unsafe settings[String(cString: keyword)] = unsafe String(cString: value) }
            unsafe option += 1
        }
    }

    subscript(keyword: String) -> String? {
        get { settings[keyword] }
        set { settings[keyword] = newValue }
    }

    /// Hosts whose names are to be resolved, each with its port; nil when there is nothing to resolve.
    var namedHosts: [(host: String, port: String)]? {
        guard settings["hostaddr"] == nil, let hosts = settings["host"] else { return nil }
        let names = hosts.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard names.contains(where: { !Self.isPath($0) }) else { return nil }
        let ports = (settings["port"] ?? "5432").split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        return names.enumerated().map { place, name in
            let port = ports.count == 1 ? ports[0] : place < ports.count ? ports[place] : ""
            return (name, port.isEmpty ? "5432" : port)
        }
    }

    /// Whether a host is the folder of a unix socket, or libpq's default.
    static func isPath(_ host: String) -> Bool { host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@") }
}
