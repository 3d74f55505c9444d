import AuthService
import Testing

struct RefreshRuleTests {
    private func stored(expiresAt: Int64 = 100, used: Bool = false, ended: Bool = false, suspended: Bool = false) -> RefreshRule.Stored {
        RefreshRule.Stored(expiresAt: expiresAt, isUsed: used, sessionHasEnded: ended, userIsSuspended: suspended)
    }

    @Test("a fresh token of a live session is rotated until it expires")
    func rotation() {
        #expect(RefreshRule.decide(stored(), now: 99) == .rotate)
        #expect(RefreshRule.decide(stored(), now: 100) == .refuse)
    }

    @Test("a used token ends the session, even when it has expired or the person is suspended")
    func reuse() {
        #expect(RefreshRule.decide(stored(used: true), now: 1) == .endSession)
        #expect(RefreshRule.decide(stored(used: true), now: 1000) == .endSession)
        #expect(RefreshRule.decide(stored(used: true, suspended: true), now: 1) == .endSession)
    }

    @Test("unknown tokens, ended sessions and suspended people are refused")
    func refusals() {
        #expect(RefreshRule.decide(nil, now: 1) == .refuse)
        #expect(RefreshRule.decide(stored(ended: true), now: 1) == .refuse)
        #expect(RefreshRule.decide(stored(used: true, ended: true), now: 1) == .refuse)
        #expect(RefreshRule.decide(stored(suspended: true), now: 1) == .refuse)
    }
}
