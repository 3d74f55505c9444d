package import JSON

/// A secret to keep.
package struct CreateSecret: Codable, Sendable, Hashable, WireRules {
    /// By which grants and tools name it; unique in the organisation.
    package var name: String
    package var value: String
    /// Who may be sent it.
    package var hosts: [String]
    /// In which field of the request.
    package var header: String?
    /// What stands before the value in the field.
    package var prefix: String?

    package init(name: String, value: String, hosts: [String], header: String? = nil, prefix: String? = nil) {
        self.name = name
        self.value = value
        self.hosts = hosts
        self.header = header
        self.prefix = prefix
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.name, 1...64),
            .describe(CodingKeys.name, "Letters, digits, `_`, `.` and `-`; unique in the organisation.", example: "github"),
            .length(CodingKeys.value, 1...16_384), .describe(CodingKeys.value, "Never shown again.", example: "a-token"),
            .count(CodingKeys.hosts, 1...16), .elementLength(CodingKeys.hosts, 1...260),
            .describe(CodingKeys.hosts, "Who may be sent it, over TLS only.", example: ["api.github.com"]),
            .length(CodingKeys.header, 1...64), .defaultValue(CodingKeys.header, "authorization"),
            .describe(CodingKeys.header, "In which field of the request it is put."),
            .length(CodingKeys.prefix, 0...64), .defaultValue(CodingKeys.prefix, ""),
            .describe(CodingKeys.prefix, "What stands before the value in the field.", example: "Bearer "),
        ]
    }
}

/// A secret, without its value.
package struct Secret: Codable, Sendable, Hashable {
    package var id: SecretID
    package var name: String
    package var hosts: [String]
    package var header: String
    package var prefix: String
    package var createdAt: Timestamp

    package init(id: SecretID, name: String, hosts: [String], header: String, prefix: String, createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.hosts = hosts
        self.header = header
        self.prefix = prefix
        self.createdAt = createdAt
    }
}
