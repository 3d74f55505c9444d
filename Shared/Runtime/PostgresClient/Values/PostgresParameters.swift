/// The parameters of a statement, encoded one after another in one buffer.
package struct PostgresParameters: Sendable {
    struct Parameter: Sendable {
        var type: PostgresType
        /// Where its bytes begin, and how many there are; nil is NULL.
        var offset: Int
        var count: Int?
    }

    private(set) var bytes: [UInt8] = []
    private(set) var parameters: [Parameter] = []
    /// Why the statement cannot be sent.
    private(set) var refusal: String?

    var count: Int { parameters.count }

    /// Makes room for so many, of the usual size.
    mutating func reserveCapacity(_ count: Int) {
        parameters.reserveCapacity(count)
        bytes.reserveCapacity(count * 24)
    }

    /// Appends an integer in the network's byte order.
    package mutating func append(_ integer: some FixedWidthInteger) {
        unsafe withUnsafeBytes(of: integer.bigEndian) { unsafe bytes.append(contentsOf: $0) }
    }

    /// Appends bytes as they are.
    package mutating func append(contentsOf more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }

    /// Makes the statement fail before it is sent: this value cannot be a parameter.
    package mutating func refuse(_ what: String) { refusal = refusal ?? "\(what) cannot be parameter $\(count + 1)" }

    mutating func add<Value: PostgresEncodable>(_ value: Value) {
        let type = Value.postgresType
        let offset = bytes.count
        if value.isPostgresNull {
            return parameters.append(Parameter(type: type, offset: offset, count: nil))
        }
        value.encode(into: &self)
        let count = bytes.count - offset
        if count > Self.maximumBytes { refuse("a value of \(count) bytes") }
        if type == .unspecified {
            // libpq takes text up to the first zero byte: what follows it would be lost without a word.
            if bytes[offset...].contains(0) { refuse("text with a zero byte") }
            bytes.append(0)
        }
        parameters.append(Parameter(type: type, offset: offset, count: count))
    }

    mutating func add(_ others: PostgresParameters) {
        let start = bytes.count
        bytes += others.bytes
        for var parameter in others.parameters {
            parameter.offset += start
            parameters.append(parameter)
        }
        if refusal == nil { refusal = others.refusal }
    }

    /// An element of an array: its length, then its bytes.
    mutating func appendElement(_ element: some PostgresEncodable) {
        if element.isPostgresNull { return append(-1 as Int32) }
        let place = bytes.count
        append(0 as Int32)
        element.encode(into: &self)
        let count = Int32(clamping: bytes.count - place - 4)
        unsafe withUnsafeBytes(of: count.bigEndian) { for index in 0..<4 { bytes[place + index] = unsafe $0[index] } }
    }

    /// What the server takes at most in one value is 1 GB; this is far below.
    private static let maximumBytes = 256 << 20
}
