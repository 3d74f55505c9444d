import AuthService
import Testing

struct SigningKeyScheduleTests {
    private let month = SigningKeySchedule.signsFor
    private let hour = SigningKeySchedule.publishedBefore

    @Test("the first key signs at once, and no second one is due for long")
    func first() {
        #expect(SigningKeySchedule.nextKey(signsFrom: [], now: 5) == 5)
        #expect(SigningKeySchedule.nextKey(signsFrom: [5], now: 6) == nil)
        #expect(SigningKeySchedule.nextKey(signsFrom: [5], now: 4 + month - hour) == nil)
    }

    @Test("a successor is published before it signs")
    func successor() {
        let due = 5 + month - hour
        #expect(SigningKeySchedule.nextKey(signsFrom: [5], now: due) == 5 + month)
        #expect(SigningKeySchedule.nextKey(signsFrom: [5, 5 + month], now: due) == nil)
        #expect(SigningKeySchedule.signing(signsFrom: [5, 5 + month], now: due) == 0)
        #expect(SigningKeySchedule.signing(signsFrom: [5, 5 + month], now: 5 + month) == 1)
    }

    @Test("after a long stand-still the next key is still published before it signs")
    func standStill() {
        let now = 10 * month
        #expect(SigningKeySchedule.nextKey(signsFrom: [5], now: now) == now + hour)
    }

    @Test("without keys nothing signs, and a clock that was set back leaves the oldest")
    func clock() {
        #expect(SigningKeySchedule.signing(signsFrom: [], now: 5) == nil)
        #expect(SigningKeySchedule.signing(signsFrom: [20, 10], now: 5) == 1)
    }

    @Test("a key is forgotten when the last token that it signed has expired")
    func forgotten() {
        let life = Int64(TokenLifetimes.revocation) * 1_000_000
        let times = [month, 0, 2 * month]
        #expect(SigningKeySchedule.forgotten(signsFrom: times, now: month + life - 1) == [])
        #expect(SigningKeySchedule.forgotten(signsFrom: times, now: month + life) == [1])
        #expect(SigningKeySchedule.forgotten(signsFrom: times, now: 9 * month) == [0, 1])
        #expect(SigningKeySchedule.forgotten(signsFrom: [0], now: 9 * month) == [])
    }
}
