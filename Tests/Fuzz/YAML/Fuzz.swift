import YAML

/// Any text: read or refused, and nothing that is read is larger than it stood there.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    do {
        let node = try YAMLNode(parsing: text)
        guard size(of: node) <= 4 * text.utf8.count else { fatalError("larger than the text") }
    } catch {
        guard error.position.line >= 1, error.position.column >= 1, !error.detail.isEmpty else { fatalError("\(error)") }
    }
    return 0
}

/// Bytes of all texts.
private func size(of node: YAMLNode) -> Int {
    switch node.content {
    case .scalar(let text, _): text.utf8.count
    case .sequence(let elements): elements.reduce(0) { $0 + size(of: $1) }
    case .mapping(let members): members.reduce(0) { $0 + $1.key.utf8.count + size(of: $1.value) }
    }
}
