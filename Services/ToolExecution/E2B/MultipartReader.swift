internal import HTTPServer
internal import WireProtocol

/// Reads the files of a `multipart/form-data` body (RFC 7578) as they come, holding no more than a piece of them.
struct MultipartReader {
    private let body: HTTPRequestBody
    /// What stands before each part but the first: a line end and the boundary.
    private let delimiter: [UInt8]
    private var waiting: [UInt8]
    private var isInPart = false
    private var hasEnded = false

    private static let longestHead = 16 * 1024

    /// The boundary that a media type names; nil for another media type.
    static func boundary(_ mediaType: String?) -> String? {
        guard let mediaType, mediaType.lowercased().hasPrefix("multipart/form-data"),
            let boundary = parameter("boundary", of: mediaType), (1...70).contains(boundary.utf8.count)
        else { return nil }
        return boundary
    }

    init(_ body: HTTPRequestBody, boundary: String) {
        self.body = body
        delimiter = Array("\r\n--\(boundary)".utf8)
        // So that the first delimiter looks like the others.
        waiting = Array("\r\n".utf8)
    }

    /// The name of the next file, after what is left of the one before; nil at the end. Parts that are no files are skipped.
    mutating func nextFile() async throws -> String? {
        while true {
            while try await next() != nil {}
            if hasEnded { return nil }
            let head = try await head()
            guard let head else { return nil }
            isInPart = true
            if let name = Self.fileName(head) { return name }
        }
    }

    /// The next piece of the file, or nil at its end.
    mutating func next() async throws -> ArraySlice<UInt8>? {
        guard isInPart else { return nil }
        while true {
            if let found = waiting.firstRange(of: delimiter) {
                isInPart = false
                let piece = waiting[..<found.lowerBound]
                waiting.removeFirst(found.upperBound)
                return piece.isEmpty ? nil : piece
            }
            // The end may be the beginning of a delimiter.
            let whole = waiting.count - delimiter.count
            if whole > 0 {
                let piece = waiting[..<whole]
                waiting.removeFirst(whole)
                return piece
            }
            try await fill()
        }
    }

    private mutating func fill() async throws {
        guard let piece = try await body.next() else { throw Problem(.malformedRequest, detail: "the last part is cut off") }
        waiting += piece
    }

    /// The lines before the next part; nil after the last one.
    private mutating func head() async throws -> String? {
        if !hasBegun {
            hasBegun = true
            while waiting.firstRange(of: delimiter) == nil {
                guard waiting.count < Self.longestHead else { throw Problem(.malformedRequest, detail: "there is no part") }
                try await fill()
            }
            if let found = waiting.firstRange(of: delimiter) { waiting.removeFirst(found.upperBound) }
        }
        while waiting.count < 2 { try await fill() }
        if waiting.starts(with: Array("--".utf8)) {
            hasEnded = true
            return nil
        }
        let end = Array("\r\n\r\n".utf8)
        while waiting.firstRange(of: end) == nil {
            guard waiting.count < Self.longestHead else { throw Problem(.headersTooLarge) }
            try await fill()
        }
        guard let found = waiting.firstRange(of: end) else { return nil }
        let head = String(decoding: waiting[..<found.lowerBound], as: UTF8.self)
        // The line end stays: an empty part is followed by its delimiter at once.
        waiting.removeFirst(found.lowerBound + 2)
        waiting.removeFirst(2)
        return head
    }

    private var hasBegun = false

    private static func fileName(_ head: String) -> String? {
        for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-disposition:") {
            return parameter("filename", of: String(line)).map { name in
                name.replacing("%22", with: "\"").replacing("%0D", with: "\r").replacing("%0A", with: "\n")
            }
        }
        return nil
    }

    /// A parameter's value, with or without quotes.
    private static func parameter(_ name: String, of field: String) -> String? {
        guard let start = field.firstRange(of: "; \(name)=") ?? field.firstRange(of: ";\(name)=") else { return nil }
        let rest = field[start.upperBound...]
        if rest.hasPrefix("\"") { return String(rest.dropFirst().prefix { $0 != "\"" }) }
        return String(rest.prefix { $0 != ";" && $0 != " " })
    }
}
