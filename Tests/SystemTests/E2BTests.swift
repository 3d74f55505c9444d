import EventLoop
import Foundation
import HTTPClient
import Support
import Testing
import WireProtocol

@Suite("E2B's programs", .serialized, .timeLimit(.minutes(15)))
struct E2BTests {
    /// A Python with E2B's packages; `make test` names one.
    static let python = ProcessInfo.processInfo.environment["TROUPE_PYTHON"]

    @Test("the unmodified packages create, run code and commands, use files and kill", .enabled(if: python != nil))
    func packages() async throws {
        let python = try #require(Self.python)
        try await withSystem { system in
            let ada = try await Person.register(system)
            let key = try await ada.post("/api/v1/api-keys", CreateAPIKey(name: "script")).decode(CreatedAPIKey.self)
            let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("e2b_script.py").path
            let url = system.gateway.description
            let result = try await system.loop.offload {
                try run(
                    "/usr/bin/env",
                    [
                        "-u", "HTTP_PROXY", "-u", "HTTPS_PROXY", "-u", "ALL_PROXY", "-u", "http_proxy", "-u", "https_proxy", "-u",
                        "all_proxy",
                        "-u", "PYTHONWARNINGS", "E2B_API_URL=\(url)", "E2B_SANDBOX_URL=\(url)",
                        "E2B_API_KEY=\(key.e2bSecret)", python, script,
                    ])
            }
            #expect(result.status == 0 && result.text.contains("all of it works\n"), "\(result.text)")
        }
    }
}
