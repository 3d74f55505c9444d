extension JSONDocument {
    /// The integer at a node. `1.0` and `1e3` are integers too, as in JSON Schema.
    @inline(__always)
    func integer<I: FixedWidthInteger>(_ type: I.Type, at node: Int) throws(NodeError) -> I {
        guard tape[node].isNumber else { throw NodeError("must be an integer", at: node) }
        if let value = integerIfFits(type, at: node) { return value }
        throw NodeError(isIntegral(node) ? "is out of range" : "must be an integer", at: node)
    }

    /// The integer at a node that holds a number; nil if the type cannot hold it.
    @inline(__always)
    func integerIfFits<I: FixedWidthInteger>(_ type: I.Type, at node: Int) -> I? {
        let entry = tape[node]
        let bytes = bytes
        let isNegative = bytes[Int(entry.start)] == UInt8(ascii: "-")
        let magnitude =
            entry.kind == .integer
            ? digits(entry.range.dropFirst(isNegative ? 1 : 0))
            : DecimalNumber(bytes.span.extracting(entry.range))?.integralMagnitude
        guard let magnitude else { return nil }
        if !isNegative { return I(exactly: magnitude) }
        guard magnitude <= UInt64(Int64.max) + 1 else { return nil }
        return I(exactly: Int64(truncatingIfNeeded: 0 &- magnitude))
    }

    /// Whether a number is an integer of any size.
    func isIntegral(_ node: Int) -> Bool {
        let bytes = bytes
        return tape[node].kind == .integer || DecimalNumber(bytes.span.extracting(tape[node].range))?.isIntegral == true
    }

    /// The number at a node, the nearest that a `Double` can hold.
    func double(at node: Int) throws(NodeError) -> Double {
        let entry = tape[node]
        guard entry.isNumber else { throw NodeError("must be a number", at: node) }
        let bytes = bytes
        let text = bytes.span.extracting(entry.range)
        if let value = DecimalNumber(text)?.double { return value }
        guard let value = Double(String(copying: UTF8Span(unchecked: text))), value.isFinite else {
            throw NodeError("is out of range", at: node)
        }
        return value
    }

    private func digits(_ range: Range<Int>) -> UInt64? {
        var value: UInt64 = 0
        for index in range {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(UInt64(bytes[index] &- UInt8(ascii: "0")))
            if overflow || carry { return nil }
            value = sum
        }
        return value
    }
}
