import JSON

/// A request of 200 bytes with what requests have: strings, numbers, an option, a list, a nested object.
struct Request: Codable, Sendable, WireRules {
    enum Mode: String, WireEnum { case unknown, interactive, background }

    struct Model: Codable, Sendable {
        var provider: String
        var modelName: String
        var temperature: Double?
    }

    var displayName: String
    var mode: Mode
    var isPublic: Bool
    var maximumSteps: Int
    var tags: [String]
    var model: Model?
    var instructions: String
    var parentID: String?

    static var rules: [Rule] {
        [.length(CodingKeys.displayName, 1...100), .range(CodingKeys.maximumSteps, 1...1000), .count(CodingKeys.tags, 0...8)]
    }

    static let text = Array(
        #"{"display_name":"Übung","mode":"background","is_public":false,"maximum_steps":9,"tags":["a","b"],"model":{"provider":"local","model_name":"small-1b","temperature":0.7},"instructions":"Say \"no.\"\n"}"#
            .utf8)
}
