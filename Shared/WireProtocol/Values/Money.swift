package import JSON

/// An amount of money in millionths of the currency's unit.
package struct Money: Codable, Sendable, Hashable, WireRules {
    package var microUnits: Int
    /// ISO 4217, like `USD`.
    package var currency: String

    package init(microUnits: Int, currency: String) {
        self.microUnits = microUnits
        self.currency = currency
    }

    package static var rules: [Rule] { [.length(CodingKeys.currency, 3...3)] }
}
