package import EventLoop
package import Telemetry
package import WireProtocol

/// The models that this installation is configured to call. One for each loop.
package final class ConfiguredModels: ModelCalls {
    private let provider: OpenAIProvider?
    private let defaultModel: ModelChoice?
    private let prices: ModelPrices?
    private let firstToken: MetricFamily<Histogram>
    private let loop: EventLoop

    /// Throws when the client for the outside world cannot be made.
    ///
    /// - Parameter calls: How many there may be at a time.
    package init(on loop: EventLoop, _ configuration: ModelConfiguration, calls: Int, metrics: MetricsRegistry) throws {
        self.loop = loop
        firstToken = metrics.histograms(
            "gen_ai_server_time_to_first_token_seconds", help: "Time from a model call to its first text.", labels: ["gen_ai_provider_name"]
        )
        provider = try configuration.provider.map { try OpenAIProvider(on: loop, $0, calls: calls) }
        prices = configuration.prices
        defaultModel = configuration.provider.map { ModelChoice(provider: $0.name, name: $0.defaultModel) }
    }

    package func resolve(_ choice: ModelChoice?) -> ModelChoice? {
        guard let choice else { return defaultModel }
        return choice.provider == provider?.name ? choice : nil
    }

    package func call(_ request: ModelRequest, receive: (String) async throws -> StreamDemand) async throws -> ModelOutcome {
        guard let provider, provider.name == request.model.provider else {
            throw ModelCallError.notConfigured("The provider \(request.model.provider) is not configured.")
        }
        let start = loop.preciseNow
        var isFirst = true
        var outcome = try await provider.call(request) { text in
            if isFirst {
                isFirst = false
                firstToken.labelled(provider.name).observe((loop.preciseNow - start).seconds)
            }
            return try await receive(text)
        }
        if let prices, request.model == defaultModel, let usage = outcome.usage { outcome.usage?.totalCost = prices.cost(of: usage) }
        return outcome
    }
}
