import AgentService
import EventLoop
import HTTPClient
import ScriptedModel
import ServiceKit
import Support
import Telemetry
import Testing
import WireProtocol

@Suite("Configuration of models", .timeLimit(.minutes(15)))
struct ModelConfigurationTests {
    private func read(_ environment: [String: String]) throws -> ModelConfiguration {
        try Settings.read(environment: environment, ModelConfiguration.init)
    }

    @Test("without settings no model is configured")
    func none() async throws {
        let configuration = try read([:])
        #expect(configuration.provider == nil)
        try await withLoop { loop in
            let models = try ConfiguredModels(on: loop, configuration, calls: 8, metrics: MetricsRegistry())
            #expect(models.resolve(nil) == nil)
            #expect(models.resolve(ModelChoice(provider: "local", name: "x")) == nil)
            let request = ModelRequest(model: ModelChoice(provider: "local", name: "x"), messages: [])
            await #expect(throws: ModelCallError.notConfigured("The provider local is not configured.")) {
                try await models.call(request) { _ in .more }
            }
        }
    }

    @Test("an address with a name is a provider of one's own")
    func own() async throws {
        let provider = try #require(
            try read(["MODEL_URL": "http://127.0.0.1:8000/v1/", "MODEL_NAME": "small", "MODEL_MAX_TOKENS": "512"]).provider)
        #expect(provider.name == "local")
        #expect(provider.path == "/v1")
        #expect(provider.origin.port == 8000)
        #expect(provider.apiKey == nil)
        #expect(provider.maximumTokens == 512)
        let configuration = try read(["MODEL_URL": "http://127.0.0.1:8000/v1/", "MODEL_NAME": "small"])
        try await withLoop { loop in
            let models = try ConfiguredModels(on: loop, configuration, calls: 8, metrics: MetricsRegistry())
            #expect(models.resolve(nil) == ModelChoice(provider: "local", name: "small"))
            #expect(models.resolve(ModelChoice(provider: "local", name: "other")) == ModelChoice(provider: "local", name: "other"))
            #expect(models.resolve(ModelChoice(provider: "openai", name: "other")) == nil)
        }
    }

    @Test("a call of the configured model has its price, and a call of another has none")
    func prices() async throws {
        try await withLoop { loop in
            let server = try ScriptedModelServer(on: loop, ModelScript([ScriptedRule(.text("Four words are here."))]))
            let serving = loop.spawn { try await server.serve() }
            defer { serving.cancel() }
            func cost(of model: String, _ prices: [String: String]) async throws -> Money? {
                let environment = ["MODEL_URL": server.baseURL, "MODEL_NAME": "small"].merging(prices) { $1 }
                let models = try ConfiguredModels(on: loop, try read(environment), calls: 8, metrics: MetricsRegistry())
                let request = ModelRequest(
                    model: ModelChoice(provider: "local", name: model), messages: [ModelMessage(.user, "Speak")])
                let usage = try #require(try await models.call(request) { _ in .more }.usage)
                #expect(usage.inputTokens > 0 && usage.outputTokens > 0)
                guard var cost = usage.totalCost else { return nil }
                // A million tokens for so many units: a token for as many millionths.
                cost.amountMicros -= (usage.inputTokens * 4 + usage.outputTokens * 17 + 1) / 2
                return cost
            }
            let prices = ["MODEL_INPUT_PRICE": "2", "MODEL_OUTPUT_PRICE": "8.5"]
            #expect(try await cost(of: "small", prices) == Money(amountMicros: 0, currency: "USD"))
            let euros = prices.merging(["MODEL_PRICE_CURRENCY": "EUR"]) { $1 }
            #expect(try await cost(of: "small", euros) == Money(amountMicros: 0, currency: "EUR"))
            #expect(try await cost(of: "other", prices) == nil)
            #expect(try await cost(of: "small", [:]) == nil)
        }
    }

    @Test("a price that is none is refused", arguments: ["-1", "nan", "1e3", "0x10", "inf", "1000000.5", "1.2.3", "."])
    func wrongPrices(text: String) {
        #expect(throws: (any Error).self) { try read(["MODEL_INPUT_PRICE": text]) }
    }

    @Test("a currency that is none is refused", arguments: ["usd", "US", "$", "EURO"])
    func wrongCurrency(text: String) {
        #expect(throws: (any Error).self) { try read(["MODEL_PRICE_CURRENCY": text]) }
    }

    @Test("a key alone is OpenAI; an address has a key of its own")
    func openAI() throws {
        let provider = try #require(try read(["OPENAI_API_KEY": "k"]).provider)
        #expect(provider.name == "openai")
        #expect("\(provider.origin)\(provider.path)" == "https://api.openai.com/v1")
        #expect(provider.apiKey == "k")
        #expect(!provider.defaultModel.isEmpty)
        let other = try #require(
            try read(["OPENAI_API_KEY": "k", "MODEL_URL": "https://models.example/v1", "MODEL_API_KEY": "l", "MODEL_NAME": "n"]).provider)
        #expect(other.name == "models.example")
        #expect(other.apiKey == "l")
    }

    @Test("the key of OpenAI goes to OpenAI alone")
    func foreignKey() throws {
        let provider = try #require(
            try read(["OPENAI_API_KEY": "k", "MODEL_URL": "https://models.example/v1", "MODEL_NAME": "n"]).provider)
        #expect(provider.apiKey == nil)
        #expect(try read(["OPENAI_API_KEY": "k", "MODEL_API_KEY": "l"]).provider?.apiKey == "k")
    }

    @Test(
        "what is wrong is named",
        arguments: [
            ["MODEL_URL": "http://127.0.0.1:8000/v1"], ["MODEL_URL": "ftp://x/", "MODEL_NAME": "n"],
            ["MODEL_URL": "unix:/run/x", "MODEL_NAME": "n"], ["MODEL_URL": "http://x/?a=b", "MODEL_NAME": "n"],
        ])
    func wrong(environment: [String: String]) throws {
        let error = #expect(throws: ConfigurationError.self) { try read(environment) }
        #expect(error?.problems.count == 1)
        #expect(error?.problems.first?.hasPrefix("MODEL_URL ") == true)
    }
}
