package import EventLoop
package import HTTPServer

extension ClientAddress {
    /// Who asks, behind proxies of ours too.
    ///
    /// - Parameters:
    ///   - peer: The other end of the connection.
    ///   - forwardedFor: `X-Forwarded-For`, to which each proxy added who asked it; what stands before that is whatever the client wrote.
    ///   - trustedProxies: How many proxies of ours there are.
    package init(peer: SocketAddress?, forwardedFor: String?, trustedProxies: Int) {
        let hops = trustedProxies > 0 ? (forwardedFor ?? "").split(separator: ",", omittingEmptySubsequences: false) : []
        if trustedProxies > 0, hops.count >= trustedProxies,
            let address = SocketAddress(numeric: hops[hops.count - trustedProxies].filter { $0 != " " && $0 != "\t" }, port: 0)
        {
            self.init(address)
        } else {
            self.init(peer)
        }
    }
}
