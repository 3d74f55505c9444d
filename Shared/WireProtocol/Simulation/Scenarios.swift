package import JSON

/// Values for the placeholders `{name}` of texts.
package typealias Inputs = [String: String]

/// A new scenario.
package struct CreateScenario: Codable, Sendable, Hashable, WireRules {
    package var name: String
    package var description: String?
    /// The situation, as every member is told it.
    package var setting: String
    /// Values for the placeholders of the setting and of the crew's texts.
    package var inputs: Inputs?
    package var sharing: Sharing?

    package init(name: String, description: String? = nil, setting: String, inputs: Inputs? = nil, sharing: Sharing? = nil) {
        self.name = name
        self.description = description
        self.setting = setting
        self.inputs = inputs
        self.sharing = sharing
    }

    package static var rules: [Rule] {
        [
            .length(CodingKeys.name, 1...200), .describe(CodingKeys.name, "What people see.", example: "Product launch"),
            .length(CodingKeys.description, 0...2000),
            .length(CodingKeys.setting, 1...32_768),
            .describe(
                CodingKeys.setting, "The situation, as every member is told it.", example: "A small company launches {product} next week."),
            .members(CodingKeys.inputs, 0...50),
            .describe(CodingKeys.inputs, "Values for the placeholders `{name}` of the setting and of the crew's texts."),
            .defaultValue(CodingKeys.sharing, "private"),
        ]
    }
}

/// A change of a scenario (merge patch).
package struct UpdateScenario: Codable, Sendable, Equatable, WireRules {
    package var name: String?
    package var description: Patch<String>
    package var setting: String?
    /// Those that change; a value that is null is removed.
    package var inputs: [String: Patch<String>]?
    package var sharing: Sharing?

    package static var rules: [Rule] {
        [
            .length(CodingKeys.name, 1...200), .length(CodingKeys.description, 0...2000), .length(CodingKeys.setting, 1...32_768),
            .members(CodingKeys.inputs, 0...50), .describe(CodingKeys.inputs, "Those that change; null removes one."),
        ]
    }
}

/// What is rehearsed.
package struct Scenario: Codable, Sendable, Hashable, WireRules {
    package var id: ScenarioID
    package var ownerID: UserID
    package var name: String
    package var description: String?
    package var setting: String
    package var inputs: Inputs
    package var sharing: Sharing
    /// Grows with each change; the entity tag is made of it.
    package var version: Int
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: ScenarioID, ownerID: UserID, name: String, description: String? = nil, setting: String, inputs: Inputs, sharing: Sharing,
        version: Int, createdAt: Timestamp, updatedAt: Timestamp
    ) {
        self.id = id
        self.ownerID = ownerID
        self.name = name
        self.description = description
        self.setting = setting
        self.inputs = inputs
        self.sharing = sharing
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    package static var rules: [Rule] {
        [.describe(CodingKeys.version, "Grows with each change; `ETag` is this number in quotes.", example: 1)]
    }
}
