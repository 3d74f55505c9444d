package import JSON

/// What models used, in tokens.
package struct TokenUsage: Codable, Sendable, Hashable, WireRules {
    package var inputTokens: Int
    package var outputTokens: Int
    /// What that cost; nil: the price of some of it is not known.
    package var totalCost: Money?

    package init(inputTokens: Int = 0, outputTokens: Int = 0, totalCost: Money? = nil) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.totalCost = totalCost
    }

    /// Where the version before wrote the cost, as a number in a currency that it did not name. A name of its own, so that it also reads what this
    /// version writes.
    private enum FormerKeys: CodingKey { case cost }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        inputTokens = try fields.decode(Int.self, forKey: .inputTokens)
        outputTokens = try fields.decode(Int.self, forKey: .outputTokens)
        totalCost = try fields.decodeIfPresent(Money.self, forKey: .totalCost)
        let former = try decoder.container(keyedBy: FormerKeys.self).decodeIfPresent(Double.self, forKey: .cost)
        if totalCost == nil { totalCost = former.flatMap(Money.init(withoutCurrency:)) }
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.totalCost, "What that cost. Absent when the price of some of it is not known."),
            .describe(FormerKeys.cost, "The same in events that were written before `total_cost`, in a currency that nobody wrote down."),
        ]
    }

    /// The sum of both; saturates.
    package static func + (left: TokenUsage, right: TokenUsage) -> TokenUsage {
        func sum(_ a: Int, _ b: Int) -> Int {
            let (sum, isOver) = a.addingReportingOverflow(b)
            return isOver ? .max : sum
        }
        return TokenUsage(
            inputTokens: sum(left.inputTokens, right.inputTokens), outputTokens: sum(left.outputTokens, right.outputTokens),
            totalCost: cost(left, right))
    }

    private static func cost(_ left: TokenUsage, _ right: TokenUsage) -> Money? {
        let nothing = TokenUsage()
        if left == nothing { return right.totalCost }
        if right == nothing { return left.totalCost }
        guard let one = left.totalCost, let other = right.totalCost else { return nil }
        return .sum(one, other)
    }
}
