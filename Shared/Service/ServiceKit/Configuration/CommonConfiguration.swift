package import HTTPClient
package import Telemetry

/// What every service is told about its process, and where it listens.
package struct ProcessConfiguration: Sendable {
    package let host: String
    package let port: Int
    /// How many loops, and so threads, serve.
    package let loops: Int
    package let logLevel: LogLevel
    /// How long running requests may take to end after SIGTERM, in seconds.
    package let shutdownSeconds: Int

    package init(_ settings: Settings, defaultPort: Int) {
        host = settings.string("HOST", default: "127.0.0.1", "Address to listen on; 0.0.0.0 is all")
        port = settings.int("PORT", default: defaultPort, in: 0...65535, "Port to listen on; 0 lets the system choose")
        loops = settings.int("LOOPS", default: 1, in: 1...64, "Event loops, each a thread with connections of its own")
        logLevel = settings.choice("LOG_LEVEL", default: LogLevel.info, "Least level of the log lines that are written")
        shutdownSeconds = settings.int("SHUTDOWN_SECONDS", default: 20, in: 0...600, "Seconds that requests may take to end after SIGTERM")
    }
}

/// Where the service's tables are.
package struct DatabaseConfiguration: Sendable {
    /// A libpq connection string of the role that serves.
    package let url: String
    /// The same for the role that migrates; nil: migrations are another's business.
    package let ownerURL: String?
    /// Connections of this process in all.
    package let connections: Int

    package init(_ settings: Settings) {
        url = settings.string("DATABASE_URL", "PostgreSQL connection string of the role that serves", isSecret: true)
        ownerURL = settings.optionalString("DATABASE_OWNER_URL", "PostgreSQL connection string of the role that migrates", isSecret: true)
        connections = settings.int("DATABASE_CONNECTIONS", default: 8, in: 3...500, "PostgreSQL connections of this process in all")
    }
}

/// Whose tokens are believed, and how this service proves who it is.
package struct IdentityConfiguration: Sendable {
    package let authOrigin: HTTPOrigin
    package let issuer: String
    package let audience: String
    /// The secret of this service's client at auth; its id is the service's name.
    package let clientSecret: String

    package init(_ settings: Settings) {
        authOrigin = settings.origin("AUTH_URL", default: "http://127.0.0.1:8081", "Where the auth service is")
        issuer = settings.string("TOKEN_ISSUER", default: "http://127.0.0.1:8080", "Issuer of access tokens, the same in all services")
        audience = settings.string("TOKEN_AUDIENCE", default: "troupe", "Audience of access tokens, the same in all services")
        clientSecret = settings.string("SERVICE_SECRET", "Secret by which this service proves to auth who it is", isSecret: true)
    }
}
