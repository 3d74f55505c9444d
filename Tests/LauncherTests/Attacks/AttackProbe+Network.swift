extension AttackProbe {
    /// Attempts to reach anybody beside the proxy.
    static let network: [AttackProbe] = [
        .init(
            "finds an interface beside loopback", "return [n for _, n in socket.if_nameindex() if n != 'lo']", refused: ["nothing"],
            landlock: ["EPERM"], control: .anyone, absent: ["nothing"]),
        .init(
            "connects to a service of the machine", "return connected(socket.AF_INET, socket.SOCK_STREAM, stream)",
            refused: ["ECONNREFUSED"], landlock: ["EPERM"], control: .anyone),
        .init(
            "sends datagrams to a service of the machine", "return connected(socket.AF_INET, socket.SOCK_DGRAM, datagram)",
            refused: ["ECONNREFUSED"], landlock: ["EPERM"], control: .anyone),
        .init(
            "connects to the internet", "return connected(socket.AF_INET, socket.SOCK_STREAM, ('1.1.1.1', 53))", refused: ["ENETUNREACH"],
            landlock: ["EPERM"], control: .rootApart),
        .init(
            "connects to the metadata address", "return connected(socket.AF_INET, socket.SOCK_STREAM, ('169.254.169.254', 80))",
            refused: ["ENETUNREACH"], landlock: ["EPERM"], control: .rootApart),
        .init(
            "connects over IPv6", "return connected(socket.AF_INET6, socket.SOCK_STREAM, ('2606:4700:4700::1111', 53))",
            refused: ["ENETUNREACH", "EADDRNOTAVAIL"], landlock: ["EPERM"], control: .rootApart,
            absent: ["EAFNOSUPPORT", "ENETUNREACH", "EADDRNOTAVAIL"]),
        .init(
            "resolves a name", "return socket.getaddrinfo('example.com', 80)", refused: ["EAI_AGAIN", "EAI_NONAME"],
            landlock: ["EAI_AGAIN"],
            control: .rootApart),
        .init(
            "opens a raw socket", "return socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)", refused: ["EPERM"], control: .root),
        .init(
            "opens a packet socket", "return socket.socket(17, socket.SOCK_RAW, 3)", refused: ["EPERM"], control: .root,
            absent: ["EAFNOSUPPORT"]),
        .init(
            "opens a vsock socket", "return socket.socket(40, socket.SOCK_STREAM)", refused: ["EPERM"], control: .anyone,
            absent: ["EAFNOSUPPORT"]),
        .init(
            "opens a kernel crypto socket", "return socket.socket(38, 5, 0)", refused: ["EPERM"], control: .anyone,
            absent: ["EAFNOSUPPORT"]),
        .init(
            "opens a netlink socket that is not for routes",
            "each(lambda number: socket.socket(16, socket.SOCK_RAW, number), (4, 9, 12, 15, 16))",
            refused: ["EPERM"], control: .anyone, absent: ["EPROTONOSUPPORT"]),
        .init(
            "connects to an abstract unix socket of the host", "return connected(socket.AF_UNIX, socket.SOCK_STREAM, abstract)",
            refused: ["ECONNREFUSED"], landlock: ["EPERM"], control: .anyone),
        .init(
            "finds abstract unix sockets of the host", "return [l for l in open('/proc/net/unix').read().splitlines()[1:] if '@' in l]",
            refused: ["nothing"], landlock: ["EACCES"], control: .anyone),
        .init(
            "connects to a unix socket of the host",
            """
            paths = '/run/docker.sock', '/run/dbus/system_bus_socket', '/run/containerd/containerd.sock', '/run/systemd/private'
            each(lambda path: connected(socket.AF_UNIX, socket.SOCK_STREAM, path), (hidden + '/socket', *paths))
            """, refused: ["ENOENT"], landlock: ["EPERM"], control: .root, absent: ["ENOENT", "ECONNREFUSED", "EPROTOTYPE"]),
        .init(
            "makes a pair of datagram sockets, which can be sent to others",
            "return [p.close() for p in socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)]", refused: ["EPERM"], control: .anyone),
        .init(
            "makes a pair of raw sockets, which are the same",
            "return [p.close() for p in socket.socketpair(socket.AF_UNIX, socket.SOCK_RAW)]", refused: ["EPERM"], control: .anyone),
    ]
}
