import ServiceKit
import Testing

@Suite("A memory of bounded size", .timeLimit(.minutes(15)))
struct RecentCacheTests {
    @Test("what is asked for stays, whatever crowd of new values comes")
    func keepsWhatIsUsed() {
        var cache = RecentCache<Int, String>(capacity: 100)
        cache.store("kept", for: -1)
        for number in 0..<10_000 {
            cache.store("new", for: number)
            if number % 40 == 0 { #expect(cache.value(for: -1) == "kept") }
        }
        #expect(cache.value(for: -1) == "kept")
        #expect(cache.value(for: 9_999) == "new")
    }

    @Test("it never remembers more than its capacity, and at least half of it")
    func isBounded() {
        var cache = RecentCache<Int, Int>(capacity: 100)
        for number in 0..<1_010 { cache.store(number, for: number) }
        var copy = cache
        let remembered = (0..<1_010).filter { number in
            copy = cache
            return copy.value(for: number) != nil
        }
        #expect((50...100).contains(remembered.count))
        #expect(remembered == Array((1_010 - remembered.count)..<1_010))
    }

    @Test("a value takes the place of the one before")
    func replaces() {
        var cache = RecentCache<String, Int>(capacity: 2)
        for number in 0..<5 { cache.store(number, for: "a") }
        #expect(cache.value(for: "a") == 4)
        cache.store(0, for: "b")
        cache.store(5, for: "a")
        cache.store(0, for: "c")
        #expect(cache.value(for: "a") == 5)
    }

    @Test("what is removed is forgotten, however long it has been there")
    func removes() {
        var cache = RecentCache<Int, Int>(capacity: 4)
        for number in 0..<3 { cache.store(number, for: number) }
        for number in 0..<3 {
            cache.remove(number)
            #expect(cache.value(for: number) == nil)
        }
    }
}
