import HTTPMessage

/// Reads a start line and field lines up to the empty line, in whatever pieces they come.
///
/// A line is judged when its line feed is there, never before, so the verdict does not depend on how the bytes
/// were split. A section that comes in one piece is read where it stands and copied once; only one in several
/// pieces is gathered first.
struct SectionParser {
    private let kind: SectionKind
    private let maximumBytes: Int
    private let maximumStartLineBytes: Int
    private let maximumFields: Int

    private var gathered: [UInt8] = []
    private var lineStart = 0
    private var scanned = 0
    private var hasStartLine: Bool

    // What was found; complete once `next` has returned the section.
    private(set) var startLine = StartLine.none
    private(set) var framing = FramingFields()
    private var entries: [HTTPFields.Entry] = []

    init(_ kind: SectionKind, _ limits: HTTPFramingLimits) {
        self.kind = kind
        hasStartLine = kind == .trailers
        maximumBytes = kind == .trailers ? limits.trailerBytes : limits.headBytes
        maximumStartLineBytes = min(limits.startLineBytes, maximumBytes)
        maximumFields = kind == .trailers ? limits.trailerCount : limits.fieldCount
    }

    /// Reads on from `position`, which moves past what was taken; returns the bytes of the section when it is complete.
    mutating func next(_ input: Span<UInt8>, from position: inout Int) throws(HTTPFramingError) -> [UInt8]? {
        if gathered.isEmpty {
            let rest = input.extracting(position..<input.count)
            if let end = try advance(rest) {
                position += end
                return rest.array(0..<end)
            }
            gathered = rest.array(0..<rest.count)
            position = input.count
            return nil
        }
        let before = gathered.count
        let taken = min(input.count - position, maximumBytes - before)
        input.extracting(position..<position + taken).withUnsafeBufferPointer { gathered.append(contentsOf: $0) }
        guard let end = try advanceGathered() else {
            position += taken
            return nil
        }
        position += end - before
        gathered.removeLast(gathered.count - end)
        return gathered
    }

    /// The fields of the section with these bytes, which `next` has returned. Makes ready for the next one.
    mutating func takeFields(_ bytes: consuming [UInt8]) -> HTTPFields {
        var taken: [HTTPFields.Entry] = []
        swap(&taken, &entries)
        if !gathered.isEmpty { gathered = [] }
        lineStart = 0
        scanned = 0
        hasStartLine = kind == .trailers
        framing = FramingFields()
        return HTTPFields(head: bytes, entries: taken)
    }

    private mutating func advanceGathered() throws(HTTPFramingError) -> Int? {
        let bytes = gathered
        return try advance(bytes.span)
    }

    /// Reads lines until the section ends, and returns where, or until the bytes do, and returns nil.
    private mutating func advance(_ bytes: Span<UInt8>) throws(HTTPFramingError) -> Int? {
        while true {
            let end = min(bytes.count, hasStartLine ? maximumBytes : maximumStartLineBytes)
            guard let lineFeed = bytes.firstIndex(of: 0x0A, in: min(scanned, end)..<end) else {
                scanned = end
                if !hasStartLine, end == maximumStartLineBytes { throw HTTPFramingError(.startLineTooLong) }
                if end == maximumBytes { throw HTTPFramingError(.headTooLarge) }
                return nil
            }
            let line = lineStart..<max(lineFeed - 1, lineStart)
            guard lineFeed > lineStart, bytes[lineFeed - 1] == 0x0D else { throw HTTPFramingError(.bareLineFeed) }
            let isFirst = lineStart == 0
            lineStart = lineFeed + 1
            scanned = lineStart
            if !hasStartLine {
                // One empty line before a request is forgiven (RFC 9112, 2.2): old clients sent one after a body.
                if line.isEmpty, isFirst, kind == .request { continue }
                startLine = try kind == .request ? .request(line, in: bytes) : .status(line, in: bytes)
                hasStartLine = true
            } else if line.isEmpty {
                return lineStart
            } else {
                try takeField(line, in: bytes)
            }
        }
    }

    private mutating func takeField(_ line: Range<Int>, in bytes: Span<UInt8>) throws(HTTPFramingError) {
        var index = line.lowerBound
        if bytes[index] == 0x20 || bytes[index] == 0x09 { throw HTTPFramingError(.foldedField) }
        while index < line.upperBound, FieldCharacters.isToken(bytes[index]) { index += 1 }
        let name = line.lowerBound..<index
        guard !name.isEmpty, index < line.upperBound, bytes[index] == UInt8(ascii: ":") else {
            throw HTTPFramingError(.malformedFieldName)
        }
        index += 1
        while index < line.upperBound, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
        let valueStart = index
        if let control = bytes.firstControl(in: valueStart..<line.upperBound) {
            throw HTTPFramingError(bytes[control] == 0x0D ? .bareCarriageReturn : .malformedFieldValue)
        }
        var valueEnd = line.upperBound
        while valueEnd > valueStart, bytes[valueEnd - 1] == 0x20 || bytes[valueEnd - 1] == 0x09 { valueEnd -= 1 }
        guard entries.count < maximumFields else { throw HTTPFramingError(.tooManyFields) }
        if entries.isEmpty { entries.reserveCapacity(16) }
        let value = valueStart..<valueEnd
        entries.append(HTTPFields.Entry(name: name, value: value))
        try framing.take(name: name, value: value, in: bytes)
    }
}
