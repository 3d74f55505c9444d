/// A scanned text, read without reference counting. It owns nothing: whoever holds one keeps the document alive.
struct DocumentView {
    private let bytes: UnsafePointer<UInt8>
    private let nodes: UnsafePointer<Node>
    let nodeCount: Int

    init(bytes: UnsafePointer<UInt8>, nodes: UnsafePointer<Node>, nodeCount: Int) {
        self.bytes = bytes
        self.nodes = nodes
        self.nodeCount = nodeCount
    }

    /// The node at an index that the tape itself gave out.
    @inline(__always)
    subscript(index: Int) -> Node {
        assert(index >= 0 && index < nodeCount)
        return nodes[index]
    }

    /// The bytes of a node, as they stand in the text: of a string, those between the quotes.
    @inline(__always)
    func text(_ node: Node) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: bytes + Int(node.start), count: Int(node.end &- node.start))
    }
}
