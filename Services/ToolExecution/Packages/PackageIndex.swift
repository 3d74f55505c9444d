internal import ExternalHTTP
internal import HTTPClient
internal import ServiceKit
internal import WireProtocol

/// The one index that Python's packages are installed from, and how much an installation may take.
package struct PackageIndex: Sendable {
    /// A simple index (PEP 503).
    let url: String
    /// pip takes packages over plain http only from a host that it is told to trust.
    let trustedHost: String?
    /// What an installation may ask outside: the index, and where its files lie.
    let grant: NetworkGrant
    /// The index itself, which may lie in the operator's own network.
    let server: HostPattern
    let seconds: Int

    /// Reads the settings; nil when no index is named.
    init?(_ settings: Settings) {
        let text = settings.optionalString(
            "PACKAGE_INDEX", "Simple index that sandboxes get Python's packages from, like https://pypi.org/simple; empty: none")
        let further = settings.string(
            "PACKAGE_HOSTS", default: "", "Hosts of that index's files, separated by commas, like files.pythonhosted.org")
        seconds = settings.int("PACKAGE_SECONDS", default: 50, in: 1...600, "Longest installation of packages; the gateway waits for 60")
        let megabytes = settings.int("PACKAGE_MB", default: 200, in: 1...10_000, "Most that one installation may load, in MiB")
        guard let text, !text.isEmpty else { return nil }
        guard let parsed = HTTPURL(text), parsed.origin.socketPath == nil, HostName.isValid(HostName.normal(parsed.origin.host)),
            let server = HostPattern("\(parsed.origin.host):\(parsed.origin.port)")
        else {
            settings.refuse("PACKAGE_INDEX", "must be an http or https URL with a host name")
            return nil
        }
        let origin = parsed.origin
        let own = HostName.normal(origin.host)
        let hosts = further.split { $0 == "," || $0 == " " }.map(String.init)
        for host in hosts where HostPattern(host)?.isAny ?? true {
            settings.refuse("PACKAGE_HOSTS", "has '\(host)': it must be like example.com or *.example.com")
        }
        url = text
        self.server = server
        let place = origin.port == origin.scheme.defaultPort ? own : "\(own):\(origin.port)"
        trustedHost = origin.scheme == .https ? nil : place
        grant = NetworkGrant(hosts: [place] + hosts, maxBytes: megabytes << 20)
    }
}
