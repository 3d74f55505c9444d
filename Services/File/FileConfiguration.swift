internal import Cryptography
package import ServiceKit

/// The settings of the file service.
package struct FileConfiguration: Sendable {
    package let process: ProcessConfiguration
    package let database: DatabaseConfiguration
    package let identity: IdentityConfiguration
    /// The folder of the stored bytes.
    package let storageRoot: String
    /// The key of signed addresses: 32 bytes.
    package let signingKey: [UInt8]
    /// What signed addresses begin with: the gateway as clients reach it.
    package let publicURL: String
    /// The largest file, in bytes.
    package let maximumFileSize: Int
    /// What one organisation may store, in bytes.
    package let quota: Int

    package init(_ settings: Settings) {
        process = ProcessConfiguration(settings, defaultPort: 8084)
        database = DatabaseConfiguration(settings)
        identity = IdentityConfiguration(settings)
        storageRoot = settings.string("STORAGE_PATH", "Folder in which files are stored")
        let key = settings.string(
            "FILE_SIGNING_KEY", "Key of signed addresses: 32 bytes in base 64, the same in all replicas", isSecret: true)
        signingKey = Base64.decode(key) ?? []
        if signingKey.count != 32 { settings.refuse("FILE_SIGNING_KEY", "must be 32 bytes in base 64") }
        publicURL = settings.string(
            "PUBLIC_URL", default: "http://127.0.0.1:8080", "The gateway as clients reach it, without a slash at the end")
        maximumFileSize = settings.int("STORAGE_MAX_FILE_BYTES", default: 5 << 30, in: 1...(1 << 50), "Largest file, in bytes")
        quota = settings.int("STORAGE_QUOTA_BYTES", default: 20 << 30, in: 0...(1 << 60), "What one organisation may store, in bytes")
    }
}
