package import EventLoop
internal import HTTPClient
internal import PostgresClient
internal import ServiceClients
package import ServiceKit
internal import WireProtocol

/// The file service on one loop: everything is made and connected here, top to bottom.
package enum FileServer {
    /// What serves on each loop of a process.
    package static func serving() -> @Sendable (FileConfiguration, ServiceRuntime) async throws -> Void {
        let arriving = ArrivingBytes()
        return { try await serve($0, $1, arriving: arriving) }
    }

    /// Serves until the runtime is asked to stop.
    ///
    /// - Parameters:
    ///   - arriving: Shared with the other loops.
    ///   - listening: Told the address, once it is known.
    package static func serve(
        _ configuration: FileConfiguration, _ runtime: ServiceRuntime, arriving: ArrivingBytes,
        listening: (SocketAddress) -> Void = { _ in }
    ) async throws {
        let loop = runtime.loop
        let database = configuration.database.makeClient(on: loop, loops: runtime.loopCount)
        defer { database.close() }
        try await migrator().requireVersion(client: database)
        let identity = ServiceIdentity(.file, loop: loop, caller: HTTPClient(on: loop), configuration: configuration.identity)
        let storage = DiskStorage(root: configuration.storageRoot, loop: loop)
        try await storage.prepare()
        let files = FileService(
            loop: loop, store: FileStore(database: database, quota: configuration.quota), storage: storage,
            maximumFileSize: configuration.maximumFileSize, arriving: arriving)
        let sweeper = StorageSweeper(loop: loop, database: database, storage: storage)
        let download = FileDownload(storage: storage)
        let fileHandlers = FileHandlers(files: files, download: download)
        let signedHandlers = SignedURLHandlers(
            files: files, download: download, signer: URLSigner(key: configuration.signingKey), publicURL: configuration.publicURL)

        let routes = ServiceRoutes(loop: loop, verifier: identity.verifier, log: runtime.log, metrics: runtime.metrics)
        routes.on(FileAPI.upload, fileHandlers.upload)
        routes.on(FileAPI.uploadArtifact, fileHandlers.uploadArtifact)
        routes.on(FileAPI.listFiles, fileHandlers.list)
        routes.on(FileAPI.getFile, fileHandlers.get)
        routes.on(FileAPI.getContent, fileHandlers.content)
        routes.on(FileAPI.deleteFile, fileHandlers.delete)
        routes.on(FileAPI.signURL, signedHandlers.sign)
        routes.on(FileAPI.getSignedContent, signedHandlers.content)

        runtime.health.add("postgresql", isEssential: true) { try await database.query("SELECT 1") }
        runtime.health.add("storage", isEssential: true) { try await storage.check() }
        runtime.health.add("auth", isEssential: true) { try identity.verifier.requireFresh() }
        routes.mountHealth(runtime.health, metrics: runtime.collector)

        var background = [identity.verifier.run]
        if runtime.loopIndex == 0 { background.append(runtime.repeating(every: StorageSweeper.interval, sweeper.tidy)) }
        try await runtime.serve(routes.handle, background: background, listening: listening)
    }
}
