extension OutputSpan<UInt8> {
    /// Adds bytes; there must be room for them.
    mutating func append(_ bytes: Span<UInt8>) {
        withUnsafeMutableBufferPointer { buffer, count in
            count = bytes.withUnsafeBufferPointer { buffer[count...].initialize(fromContentsOf: $0) }
        }
    }
}

extension [UInt8] {
    /// Adds bytes. An array or a slice that were added as such would be counted as references on the way.
    package mutating func append(_ bytes: Span<UInt8>) {
        bytes.withUnsafeBufferPointer { append(contentsOf: $0) }
    }
}
