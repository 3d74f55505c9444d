/// The nodes of a document in memory of its own, so that reading one is a load and nothing else.
struct Tape: ~Copyable {
    private(set) var count = 0
    private var capacity: Int
    private var nodes: UnsafeMutablePointer<Node>

    init(reserving capacity: Int) {
        self.capacity = max(capacity, 1)
        nodes = .allocate(capacity: self.capacity)
    }

    deinit { nodes.deallocate() }

    @inline(__always)
    mutating func append(_ node: Node) {
        if count == capacity { grow() }
        (nodes + count).initialize(to: node)
        count += 1
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<Node>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: nodes, count: count)
        nodes.deallocate()
        nodes = larger
        capacity *= 2
    }

    /// The nodes, as long as the tape lives and does not grow.
    var start: UnsafePointer<Node> { UnsafePointer(nodes) }

    /// The index is one that the tape itself gave out.
    subscript(index: Int) -> Node {
        @inline(__always)
        get {
            assert(index >= 0 && index < count)
            return nodes[index]
        }
        @inline(__always)
        set {
            assert(index >= 0 && index < count)
            nodes[index] = newValue
        }
    }
}
