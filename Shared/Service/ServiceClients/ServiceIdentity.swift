package import EventLoop
package import HTTPClient
package import ServiceKit
package import Telemetry
package import WireProtocol

/// How a service knows who calls it, and proves who it is when it calls others. One for each loop.
package final class ServiceIdentity {
    package let tokens: ServiceTokens
    package let auth: ServiceClient
    package let verifier: TokenVerifier
    private let caller: any HTTPCaller
    private let loop: EventLoop

    package init(_ name: ServiceName, loop: EventLoop, caller: any HTTPCaller, configuration: IdentityConfiguration) {
        self.loop = loop
        self.caller = caller
        tokens = ServiceTokens(
            loop: loop, caller: caller, auth: configuration.authOrigin, clientID: name, clientSecret: configuration.clientSecret)
        auth = ServiceClient(loop: loop, caller: caller, origin: configuration.authOrigin, tokens: tokens, name: .auth)
        verifier = TokenVerifier(
            loop: loop, authority: RemoteTokenAuthority(loop: loop, auth: auth), issuer: configuration.issuer,
            audience: configuration.audience)
    }

    /// Calls to another service under this identity; the log is told why it cannot be reached.
    package func client(of origin: HTTPOrigin, _ name: ServiceName? = nil, log: Logger? = nil) -> ServiceClient {
        ServiceClient(loop: loop, caller: caller, origin: origin, tokens: tokens, name: name, log: log)
    }
}
