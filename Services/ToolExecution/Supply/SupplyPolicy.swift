/// How many sandboxes are made ahead of need, and from what.
package struct SupplyPolicy: Sendable {
    /// How many with a started Python wait at least and at most; between the two, demand decides.
    package var python: ClosedRange<Int>
    /// The same with a started Node.
    package var javascript: ClosedRange<Int>
    /// The modules that the zygote has imported.
    package var preload: [String]
    /// After how many sandboxes, and after what time, a zygote is replaced.
    package var zygoteUses: Int
    package var zygoteAge: Duration

    package init(
        python: ClosedRange<Int>, javascript: ClosedRange<Int>, preload: [String], zygoteUses: Int = 1000,
        zygoteAge: Duration = .seconds(3600)
    ) {
        self.python = python
        self.javascript = javascript
        self.preload = preload
        self.zygoteUses = zygoteUses
        self.zygoteAge = zygoteAge
    }

    /// Nothing is made ahead.
    package static let none = SupplyPolicy(python: 0...0, javascript: 0...0, preload: [])
}
