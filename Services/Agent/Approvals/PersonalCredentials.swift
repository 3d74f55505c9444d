package import ServiceClients

/// What a person says with, at the moment that they say it. Never to be stored or logged.
package struct PersonalCredentials: Sendable {
    package let token: String
    package let origin: CallOrigin

    package init(token: String, origin: CallOrigin) {
        self.token = token
        self.origin = origin
    }
}
