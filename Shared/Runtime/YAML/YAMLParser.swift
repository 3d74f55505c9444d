internal import CYAML

/// libyaml's parser of one text. It lives at one address, because it points to itself, and is freed with its owner.
@safe struct YAMLParser: ~Copyable {
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
        unsafe parser = .allocate(capacity: 1)
        unsafe input = .allocate(capacity: max(text.count, 1))
        _ = unsafe input.initialize(from: text)
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            unsafe parser.deallocate()
            unsafe input.deallocate()
            throw YAMLError(position: YAMLPosition(line: 1, column: 1), detail: "there is no memory to read it")
        }
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, UnsafePointer(input.baseAddress), text.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe input.deallocate()
    }

    /// The next event and where it begins.
    mutating func next() throws(YAMLError) -> (event: Event, position: YAMLPosition) {
        while true {
            var event = unsafe yaml_event_t()
            guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure }
            // Texts are copied out before the event is freed.
            defer { unsafe yaml_event_delete(&event) }
            let position = unsafe Self.position(event.start_mark)
            switch unsafe event.type {
            case YAML_STREAM_START_EVENT: continue
            // There is nothing after the end, however often it is asked for.
            case YAML_STREAM_END_EVENT, YAML_NO_EVENT: return (.streamEnd, position)
            case YAML_DOCUMENT_START_EVENT: return (.documentStart, position)
            case YAML_DOCUMENT_END_EVENT: return (.documentEnd, position)
            case YAML_ALIAS_EVENT: return (.alias, position)
            case YAML_SEQUENCE_START_EVENT: return unsafe (.sequenceStart(isTagged: event.data.sequence_start.tag != nil), position)
            case YAML_MAPPING_START_EVENT: return unsafe (.mappingStart(isTagged: event.data.mapping_start.tag != nil), position)
            case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return (.end, position)
            case YAML_SCALAR_EVENT:
                let scalar = unsafe event.data.scalar
                let text = unsafe String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
                return unsafe (.scalar(text, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE, isTagged: scalar.tag != nil), position)
            default: throw YAMLError(position: position, detail: "is nothing that can be read here")
            }
        }
    }

    /// What the parser says went wrong. Its texts are constants.
    private var failure: YAMLError {
        let (problem, context) = unsafe (parser.pointee.problem, parser.pointee.context)
        var detail = unsafe problem.map { unsafe String(cString: $0) } ?? "cannot be read"
        if let context = unsafe context { detail = unsafe String(cString: context) + ": " + detail }
        // A byte that may not stand in a text at all is known by its offset alone.
        let isUnreadable = unsafe parser.pointee.error == YAML_READER_ERROR
        return unsafe YAMLError(
            position: isUnreadable ? position(ofByte: parser.pointee.problem_offset) : Self.position(parser.pointee.problem_mark),
            detail: detail)
    }

    private func position(ofByte offset: Int) -> YAMLPosition {
        let before = unsafe input.prefix(max(0, offset))
        let line = unsafe before.count { $0 == UInt8(ascii: "\n") }
        let column = unsafe before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count { $0 & 0xC0 != 0x80 }
        return YAMLPosition(line: line + 1, column: column + 1)
    }

    private static func position(_ mark: yaml_mark_t) -> YAMLPosition {
        YAMLPosition(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1)
    }
}
