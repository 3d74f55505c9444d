internal import ExternalHTTP
internal import HTTPClient
package import ServiceKit

/// Which provider of models is called, and how it knows who calls.
package struct ModelConfiguration: Sendable {
    /// nil: no model is configured, and whoever starts a run is told so.
    package let provider: OpenAIProvider.Configuration?
    /// What the model costs that agents use when they name none; nil: that is not known.
    package let prices: ModelPrices?

    private static let openAI = "https://api.openai.com/v1"
    private static let openAIModel = "gpt-4.1-mini"

    package init(_ settings: Settings) {
        let url = settings.optionalString("MODEL_URL", "Base URL of an API that speaks as OpenAI's does, like http://127.0.0.1:8000/v1")
        let name = settings.optionalString("MODEL_NAME", "Model that agents use when they name none")
        let key = settings.optionalString("MODEL_API_KEY", "Key for MODEL_URL", isSecret: true)
        let openAIKey = settings.optionalString("OPENAI_API_KEY", "Key for OpenAI, which is used when MODEL_URL is not set", isSecret: true)
        let longestReply = settings.int(
            "MODEL_MAX_TOKENS", default: 0, in: 0...1_000_000, "Tokens that one reply may have; 0 leaves it to the provider")
        let context = settings.int(
            "MODEL_CONTEXT_TOKENS", default: 0, in: 0...100_000_000,
            "Tokens that the model reads at most, its reply included: older messages are left out; 0 leaves it to the provider")
        prices = ModelPrices(settings)
        guard url != nil || openAIKey != nil else {
            provider = nil
            return
        }
        guard let base = HTTPURL(url ?? Self.openAI), base.origin.socketPath == nil, !base.target.contains("?") else {
            settings.refuse("MODEL_URL", "must be http://host:port/path or https://host/path")
            provider = nil
            return
        }
        guard let name = name ?? (url == nil ? Self.openAIModel : nil) else {
            settings.refuse("MODEL_URL", "needs MODEL_NAME beside it")
            provider = nil
            return
        }
        provider = OpenAIProvider.Configuration(
            name: Self.providerName(base.origin), origin: base.origin, path: base.target, apiKey: url == nil ? openAIKey : key,
            defaultModel: name, maximumTokens: longestReply == 0 ? nil : longestReply,
            contextLimit: context == 0 ? nil : ContextLimit(tokens: context, reply: longestReply == 0 ? nil : longestReply))
    }

    /// What agents call the provider: `openai`, or its host; what is reached without TLS is near, and called `local`.
    private static func providerName(_ origin: HTTPOrigin) -> String {
        if origin.scheme == .http { return "local" }
        return origin.host == "api.openai.com" ? "openai" : String(origin.host.prefix(100))
    }
}
