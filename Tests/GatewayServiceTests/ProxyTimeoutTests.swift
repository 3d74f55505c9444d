import HTTPClient
import Testing
import WireProtocol

@testable import GatewayService

@Suite("How long the gateway waits for an answer", .timeLimit(.minutes(15)))
struct ProxyTimeoutTests {
    @Test("what is asked for with a time of its own may take that time, and a day for a command")
    func lasting() {
        let lasting = AllEndpoints.public.filter { $0.timeClass == .lasting }.map(\.name)
        #expect(Set(lasting) == ["executeCode", "executeTool", "runProgram", "startCommand", "sendCommandInput"])
        #expect(ProxyHandlers.timeouts(.lasting).head > .seconds(86_400))
        #expect(ProxyHandlers.timeouts(.waiting).head == .seconds(60) && ProxyHandlers.timeouts(.normal).head == .seconds(30))
    }
}
