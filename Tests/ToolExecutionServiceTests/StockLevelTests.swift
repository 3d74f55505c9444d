import Testing

@testable import ToolExecutionService

@Suite("How many sandboxes wait")
struct StockLevelTests {
    @Test("running out doubles the number up to the most, and what is not needed is let go by halves")
    func adapts() {
        var level = StockLevel(2...12)
        #expect(level.target == 2)
        level.look(ready: 2)
        for _ in 0..<2 { level.ranOut() }
        #expect(level.target == 8)
        level.ranOut()
        #expect(level.target == 12)
        // It was empty since the last look: all of it is needed.
        level.look(ready: 12)
        #expect(level.target == 12)
        // Four were taken at most: of the eight that never were, half go.
        level.took(left: 8)
        level.look(ready: 12)
        #expect(level.target == 8)
        level.look(ready: 8)
        #expect(level.target == 4)
        for _ in 0..<5 { level.look(ready: 2) }
        #expect(level.target == 2)
    }

    @Test("nothing waits until something was wanted, when the least is none")
    func starts() {
        var level = StockLevel(0...4)
        #expect(level.target == 0)
        level.ranOut()
        #expect(level.target == 1)
    }
}
