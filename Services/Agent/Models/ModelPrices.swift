internal import ServiceKit
internal import WireProtocol

/// What a model's tokens cost.
package struct ModelPrices: Sendable, Hashable {
    /// Of a million tokens, in millionths of the currency's unit.
    private let input: Double
    private let output: Double
    private let currency: String

    /// Reads the settings. Nil: they are not known.
    init?(_ settings: Settings) {
        func price(_ name: String, _ tokens: String) -> Double {
            let text = settings.string(
                name, default: "0", "Price of a million tokens \(tokens) MODEL_NAME, in MODEL_PRICE_CURRENCY, like 0.40; both 0: not known")
            let isDecimal = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
            if isDecimal, let price = Double(text), price <= Self.highest { return (price * 1_000_000).rounded() }
            settings.refuse(name, "must be a number from 0 to \(Int(Self.highest)), like 0.40")
            return 0
        }
        input = price("MODEL_INPUT_PRICE", "given to")
        output = price("MODEL_OUTPUT_PRICE", "written by")
        currency = settings.string("MODEL_PRICE_CURRENCY", default: "USD", "Currency of these prices (ISO 4217)")
        if currency.utf8.count != 3 || !currency.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) {
            settings.refuse("MODEL_PRICE_CURRENCY", "must be three capital letters, like USD")
        }
        if input == 0, output == 0 { return nil }
    }

    private static let highest = 1_000_000.0

    /// What a call cost, to the nearest millionth.
    func cost(of usage: TokenUsage) -> Money {
        let micros = (Double(usage.inputTokens) * input + Double(usage.outputTokens) * output) / 1_000_000
        return Money(amountMicros: Int(exactly: micros.rounded()) ?? .max, currency: currency)
    }
}
