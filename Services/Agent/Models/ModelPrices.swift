internal import ServiceKit

/// What a model's tokens cost, each for a million of them.
package struct ModelPrices: Sendable, Hashable {
    private let input: Double
    private let output: Double

    /// Reads the settings. Nil: they are not known.
    init?(_ settings: Settings) {
        func price(_ name: String, _ tokens: String) -> Double {
            let text = settings.string(
                name, default: "0", "Price of a million tokens \(tokens) MODEL_NAME, in whatever currency, like 0.40; both 0: not known")
            let isDecimal = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
            if isDecimal, let price = Double(text), price <= Self.highest { return price }
            settings.refuse(name, "must be a number from 0 to \(Int(Self.highest)), like 0.40")
            return 0
        }
        input = price("MODEL_INPUT_PRICE", "given to")
        output = price("MODEL_OUTPUT_PRICE", "written by")
        if input == 0, output == 0 { return nil }
    }

    private static let highest = 1_000_000.0

    /// What a call cost.
    func cost(of usage: ModelUsage) -> Double {
        (Double(usage.inputTokens) * input + Double(usage.outputTokens) * output) / 1_000_000
    }
}
