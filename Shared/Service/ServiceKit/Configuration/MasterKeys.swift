package import Cryptography

/// The keys of the configuration that seal stored secrets: the first one seals, the others still open what they sealed.
package struct MasterKeys: Sendable {
    private let current: String
    private let keys: [String: [UInt8]]

    private static let setting = "MASTER_KEYS"
    private static let meaning = "Keys that seal stored secrets, the current one first: id:base64 of 32 bytes, separated by commas"

    /// Reads the setting, which must be there.
    package init(_ settings: Settings) {
        self.init(settings.string(MasterKeys.setting, MasterKeys.meaning, isSecret: true), settings)
    }

    /// Reads the setting; nil when it is absent.
    package init?(optional settings: Settings) {
        guard let text = settings.optionalString(MasterKeys.setting, MasterKeys.meaning, isSecret: true) else { return nil }
        self.init(text, settings)
    }

    private init(_ text: String, _ settings: Settings) {
        var keys: [String: [UInt8]] = [:]
        var current: String?
        for part in text.split(separator: ",") {
            let pair = part.split(separator: ":", maxSplits: 1).map(String.init)
            guard pair.count == 2, let key = Base64.decode(pair[1]), key.count == AES256GCM.keyLength,
                keys.updateValue(key, forKey: pair[0]) == nil
            else {
                settings.refuse(MasterKeys.setting, "must be id:base64 of 32 bytes, separated by commas, each id once")
                break
            }
            current = current ?? pair[0]
        }
        self.current = current ?? ""
        self.keys = keys
    }

    /// The ring of these keys.
    package func keyring() throws -> EnvelopeKeyring { try EnvelopeKeyring(current: current, keys: keys) }
}
