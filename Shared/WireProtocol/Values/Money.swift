package import JSON

/// An amount of money: millionths of the currency's unit, so that cents which are added stay cents.
package struct Money: Codable, Sendable, Hashable, WireRules {
    package var amountMicros: Int
    /// Three capital letters of ISO 4217.
    package var currency: String

    package init(amountMicros: Int, currency: String) {
        self.amountMicros = amountMicros
        self.currency = currency
    }

    /// An amount that was kept as a number, without its currency: `XXX` in ISO 4217. Nil: larger than any bill.
    package init?(withoutCurrency amount: Double) {
        let micros = (amount * 1_000_000).rounded()
        guard abs(micros) < 9e15 else { return nil }
        self.init(amountMicros: Int(micros), currency: "XXX")
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.amountMicros, "Millionths of the currency's unit.", example: 1_250_000),
            .length(CodingKeys.currency, 3...3),
            .describe(
                CodingKeys.currency, "ISO 4217; `XXX` of what was spent before the currency was written down with it.", example: "USD"),
        ]
    }

    /// The sum of both, which saturates; nil: they are not of one currency.
    package static func sum(_ one: Money, _ other: Money) -> Money? {
        guard one.currency == other.currency else { return nil }
        let (sum, isOver) = one.amountMicros.addingReportingOverflow(other.amountMicros)
        return Money(amountMicros: isOver ? .max : sum, currency: one.currency)
    }
}
