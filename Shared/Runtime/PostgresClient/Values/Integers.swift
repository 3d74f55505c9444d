extension Int: PostgresCodable {
    package static var postgresType: PostgresType { .int8 }
    package func encode(into parameter: inout PostgresParameters) { parameter.append(Int64(self)) }
    package init(from value: PostgresValue) throws { self = try value.anyInteger() }
}

extension Int64: PostgresCodable {
    package static var postgresType: PostgresType { .int8 }
    package func encode(into parameter: inout PostgresParameters) { parameter.append(self) }
    package init(from value: PostgresValue) throws { self = try value.anyInteger() }
}

extension Int32: PostgresCodable {
    package static var postgresType: PostgresType { .int4 }
    package func encode(into parameter: inout PostgresParameters) { parameter.append(self) }
    package init(from value: PostgresValue) throws { self = try value.anyInteger() }
}

extension Int16: PostgresCodable {
    package static var postgresType: PostgresType { .int2 }
    package func encode(into parameter: inout PostgresParameters) { parameter.append(self) }
    package init(from value: PostgresValue) throws { self = try value.anyInteger() }
}

extension PostgresValue {
    /// An integer of exactly the column's width.
    func integer<Integer: FixedWidthInteger>(_ type: Integer.Type = Integer.self) throws -> Integer {
        try unsafe withBytes { bytes in
            guard bytes.count == MemoryLayout<Integer>.size else { throw mismatch("has \(bytes.count) bytes") }
            return unsafe Integer(bigEndian: bytes.loadUnaligned(as: Integer.self))
        }
    }

    /// An integer of any width that fits; a `numeric` without a fraction too, which is what `sum(bigint)` gives.
    func anyInteger<Integer: FixedWidthInteger>(_ type: Integer.Type = Integer.self) throws -> Integer {
        let wide: Int64 =
            switch self.type {
            case .int2: Int64(try integer(Int16.self))
            case .int4: Int64(try integer(Int32.self))
            case .int8: try integer(Int64.self)
            case .numeric: try wholeNumeric()
            default: throw mismatch("is no integer")
            }
        guard let narrow = Integer(exactly: wide) else { throw mismatch("does not fit into \(Integer.self)") }
        return narrow
    }

    /// The binary form of numeric: digits of base 10,000, the first of weight 10,000^weight.
    private func wholeNumeric() throws -> Int64 {
        try unsafe withBytes { bytes in
            func word(_ index: Int) throws -> Int16 {
                guard index * 2 + 2 <= bytes.count else { throw mismatch("is cut short") }
                return unsafe Int16(bigEndian: bytes.loadUnaligned(fromByteOffset: index * 2, as: Int16.self))
            }
            let (count, weight, sign) = (Int(try word(0)), Int(try word(1)), try word(2))
            guard sign == 0 || sign == 0x4000 else { throw mismatch("is no number") }
            guard count >= 0, count <= weight + 1 || count == 0 else { throw mismatch("has a fraction") }
            guard weight < 5 else { throw mismatch("does not fit into 64 bits") }
            var total: Int64 = 0
            for index in 0..<max(0, weight + 1) {
                let digit = index < count ? Int64(try word(4 + index)) : 0
                let (product, overflow) = total.multipliedReportingOverflow(by: 10_000)
                let (difference, carry) = product.subtractingReportingOverflow(digit)
                guard !overflow, !carry else { throw mismatch("does not fit into 64 bits") }
                total = difference
            }
            // Summed up below zero, where there is one number more.
            guard sign == 0 else { return total }
            guard total != .min else { throw mismatch("does not fit into 64 bits") }
            return -total
        }
    }
}
