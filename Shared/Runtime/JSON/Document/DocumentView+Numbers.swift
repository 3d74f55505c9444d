extension DocumentView {
    /// The integer at a node. `1.0` and `1e3` are integers too, as in JSON Schema.
    @inline(__always)
    func integer<I: FixedWidthInteger>(_ type: I.Type, at node: Int) throws(NodeError) -> I {
        guard self[node].isNumber else { throw NodeError("must be an integer", at: node) }
        if let value = integerIfFits(type, at: node) { return value }
        throw NodeError(isIntegral(node) ? "is out of range" : "must be an integer", at: node)
    }

    /// The integer at a node that holds a number; nil if the type cannot hold it.
    @inline(__always)
    func integerIfFits<I: FixedWidthInteger>(_ type: I.Type, at node: Int) -> I? {
        guard let (magnitude, isNegative) = magnitude(at: node) else { return nil }
        if !isNegative { return I(exactly: magnitude) }
        guard magnitude <= UInt64(Int64.max) + 1 else { return nil }
        return I(exactly: Int64(truncatingIfNeeded: 0 &- magnitude))
    }

    /// Whether a number is an integer of any size.
    func isIntegral(_ node: Int) -> Bool {
        self[node].kind == .integer || DecimalNumber(text(self[node]))?.isIntegral == true
    }

    /// The number at a node, the nearest that a `Double` can hold.
    func double(at node: Int) throws(NodeError) -> Double {
        let entry = self[node]
        guard entry.isNumber else { throw NodeError("must be a number", at: node) }
        if let value = DecimalNumber(text(entry))?.double { return value }
        guard let value = Double(String(decoding: text(entry), as: UTF8.self)), value.isFinite else {
            throw NodeError("is out of range", at: node)
        }
        return value
    }

    private func magnitude(at node: Int) -> (magnitude: UInt64, isNegative: Bool)? {
        let entry = self[node]
        let text = text(entry)
        let isNegative = text.first == UInt8(ascii: "-")
        guard entry.kind == .integer else {
            return DecimalNumber(text)?.integralMagnitude.map { ($0, isNegative) }
        }
        var value: UInt64 = 0
        for index in (isNegative ? 1 : 0)..<text.count {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(text[index] &- UInt8(ascii: "0")))
            if overflow || carry { return nil }
            value = sum
        }
        return (value, isNegative)
    }
}
