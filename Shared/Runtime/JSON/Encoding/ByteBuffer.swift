/// Bytes that grow at the end, in memory of their own: appending is a bounds check and a store.
struct ByteBuffer: ~Copyable {
    private(set) var count = 0
    private var capacity = 0
    private var start: UnsafeMutablePointer<UInt8>?

    init(reserving capacity: Int) {
        if capacity > 0 { reserve(capacity) }
    }

    deinit { start?.deallocate() }

    var bytes: [UInt8] { Array(contents) }

    /// Valid until the next change.
    var contents: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

    /// Makes room for this many bytes more.
    @inline(__always)
    mutating func reserve(_ additional: Int) {
        if capacity &- count < additional { grow(additional) }
    }

    @inline(never)
    private mutating func grow(_ additional: Int) {
        let larger = max(capacity * 2, count + additional)
        let memory = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        if let start {
            memory.moveInitialize(from: start, count: count)
            start.deallocate()
        }
        start = memory
        capacity = larger
    }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        reserve(1)
        start.unsafelyUnwrapped[count] = byte
        count &+= 1
    }

    @inline(__always)
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
        reserve(bytes.count)
        (start.unsafelyUnwrapped + count).update(from: source, count: bytes.count)
        count &+= bytes.count
    }

    /// Replaces the end by as many bytes.
    mutating func replace(from position: Int, with tail: [UInt8]) {
        assert(position >= 0 && position + tail.count == count)
        count = position
        tail.withUnsafeBufferPointer { append($0) }
    }
}
