import EventLoop
import Support
import Telemetry
import Testing

@Suite("Trace context", .timeLimit(.minutes(15)))
struct TraceContextTests {
    @Test("a well-formed header is read and written again")
    func roundTrip() throws {
        let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        let context = try #require(TraceContext(traceparent: text))
        #expect(context.traceID.description == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(context.spanID == 0x00f0_67aa_0ba9_02b7)
        #expect(context.isSampled)
        #expect(context.traceparent == text)
    }

    @Test(
        "only the sampled flag is passed on, and later versions are read as version 00",
        arguments: [
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", "00"),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff", "01"),
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-02", "00"),
            ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "01"),
            ("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-brings", "01"),
        ])
    func accepted(text: String, flags: String) throws {
        let context = try #require(TraceContext(traceparent: text))
        #expect(context.traceparent == "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-" + flags)
    }

    @Test(
        "a malformed header is refused",
        arguments: [
            "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.what",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
            "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
            " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-é",
        ])
    func refused(text: String) {
        #expect(TraceContext(traceparent: text) == nil)
    }

    @Test("a child keeps the trace and the flag and has an id of its own")
    func child() {
        var random = RandomSource.seeded(7)
        for isSampled in [true, false] {
            let parent = TraceContext.generate(isSampled: isSampled, using: &random)
            let child = parent.child(using: &random)
            #expect(child.traceID == parent.traceID)
            #expect(child.isSampled == isSampled)
            #expect(child.spanID != parent.spanID)
            #expect(TraceContext(traceparent: child.traceparent) == child)
        }
    }

    @Test("ids that could break a log line or a header are refused")
    func requestIDs() async throws {
        for text in ["", "a b", "a\nb", "a\"b", "é", String(repeating: "a", count: 129)] { #expect(RequestID(text) == nil) }
        for text in ["a", "req_01J/9+=~:.-", String(repeating: "a", count: 128)] { #expect(RequestID(text)?.description == text) }
        let made = try await withLoop { loop in (RequestID.make(on: loop), RequestID.make(on: loop)) }
        #expect(made.0.description.utf8.count == 32)
        #expect(made.0 != made.1)
        #expect(RequestID(made.0.description) == made.0)
    }
}
