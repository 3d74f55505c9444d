internal import CYAML

/// libyaml's parser of one text. It lives at one address, because it points to itself, and is freed with its owner.
struct YAMLParser: ~Copyable {
    /// What the parser met.
    enum Event {
        case scalar(String, isPlain: Bool, isTagged: Bool)
        case sequenceStart(isTagged: Bool)
        case mappingStart(isTagged: Bool)
        case end
        case alias
        case documentStart, documentEnd
        case streamEnd
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    /// The parser reads from it until its end.
    private let input: UnsafeMutableBufferPointer<UInt8>

    init(_ text: [UInt8]) throws(YAMLError) {
        parser = .allocate(capacity: 1)
        input = .allocate(capacity: max(text.count, 1))
        _ = input.initialize(from: text)
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            input.deallocate()
            throw YAMLError(position: YAMLPosition(line: 1, column: 1), detail: "there is no memory to read it")
        }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, UnsafePointer(input.baseAddress), text.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// The next event and where it begins.
    mutating func next() throws(YAMLError) -> (event: Event, position: YAMLPosition) {
        while true {
            var event = yaml_event_t()
            guard yaml_parser_parse(parser, &event) == 1 else { throw failure }
            // Texts are copied out before the event is freed.
            defer { yaml_event_delete(&event) }
            let position = Self.position(event.start_mark)
            switch event.type {
            case YAML_STREAM_START_EVENT: continue
            // There is nothing after the end, however often it is asked for.
            case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return (.streamEnd, position)
            case YAML_DOCUMENT_START_EVENT: return (.documentStart, position)
            case YAML_DOCUMENT_END_EVENT: return (.documentEnd, position)
            case YAML_ALIAS_EVENT: return (.alias, position)
            case YAML_SEQUENCE_START_EVENT: return (.sequenceStart(isTagged: event.data.sequence_start.tag != nil), position)
            case YAML_MAPPING_START_EVENT: return (.mappingStart(isTagged: event.data.mapping_start.tag != nil), position)
            case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return (.end, position)
            case YAML_SCALAR_EVENT:
                let scalar = event.data.scalar
                let text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
                return (.scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE, isTagged: scalar.tag != nil), position)
            default: throw YAMLError(position: position, detail: "is nothing that can be read here")
            }
        }
    }

    /// What the parser says went wrong. Its texts are constants.
    private var failure: YAMLError {
        let (problem, context) = (parser.pointee.problem, parser.pointee.context)
        var detail = problem.map { String(cString: $0) } ?? "cannot be read"
        if let context { detail = String(cString: context) + ": " + detail }
        // A byte that may not stand in a text at all is known by its offset alone.
        let isUnreadable = parser.pointee.error == YAML_READER_ERROR
        return YAMLError(
            position: isUnreadable ? position(ofByte: parser.pointee.problem_offset) : Self.position(parser.pointee.problem_mark),
            detail: detail)
    }

    private func position(ofByte offset: Int) -> YAMLPosition {
        let before = input.prefix(max(0, offset))
        let line = before.count { $0 == UInt8(ascii: "\n") }
        let column = before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count { $0 & 0xC0 != 0x80 }
        return YAMLPosition(line: line + 1, column: column + 1)
    }

    private static func position(_ mark: yaml_mark_t) -> YAMLPosition {
        YAMLPosition(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1)
    }
}
