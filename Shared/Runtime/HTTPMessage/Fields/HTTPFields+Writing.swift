extension HTTPFields {
    /// Adds the lines to a message that is being written, but those of some names. Lines that follow each other are copied in one piece.
    package func writeLines(except names: HTTPFieldNameSet, into output: inout [UInt8]) {
        let span = bytes.span
        var piece = 0..<0
        for entry in entries where !names.contains(span.extracting(entry.name)) {
            guard let line = wholeLine(entry, in: span) else {
                output.append(span.extracting(piece))
                piece = 0..<0
                writeLine(entry, into: &output)
                continue
            }
            if line.lowerBound == piece.upperBound {
                piece = piece.lowerBound..<line.upperBound
            } else {
                output.append(span.extracting(piece))
                piece = line
            }
        }
        output.append(span.extracting(piece))
    }

    /// The place of a line with its end, if it stands there as it is to be sent; nil where a client left out the space, or sent more than one.
    private func wholeLine(_ entry: Entry, in span: Span<UInt8>) -> Range<Int>? {
        let name = entry.name
        let value = entry.value
        guard value.lowerBound == name.upperBound + 2, value.upperBound + 1 < span.count, span[name.upperBound] == 0x3A,
            span[name.upperBound + 1] == 0x20, span[value.upperBound] == 0x0D, span[value.upperBound + 1] == 0x0A
        else { return nil }
        return name.lowerBound..<(value.upperBound + 2)
    }

    private func writeLine(_ entry: Entry, into output: inout [UInt8]) {
        output.append(bytes.span.extracting(entry.name))
        output.append(0x3A)
        output.append(0x20)
        output.append(bytes.span.extracting(entry.value))
        output.append(0x0D)
        output.append(0x0A)
    }

    /// The same lines without those of some names, with room for so many more bytes and lines.
    package func removing(_ names: HTTPFieldNameSet, reserving extraBytes: Int = 0, lines extraLines: Int = 0) -> HTTPFields {
        var result = HTTPFields()
        result.bytes.reserveCapacity(bytes.count + extraBytes)
        result.entries.reserveCapacity(entries.count + extraLines)
        result.bytes.append(contentsOf: bytes)
        let span = bytes.span
        for entry in entries where !names.contains(span.extracting(entry.name)) { result.entries.append(entry) }
        return result
    }
}
