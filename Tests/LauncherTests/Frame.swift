/// A frame of the launcher's protocol, and the reading of its fields.
struct Frame {
    enum Kind: UInt8 {
        case configure = 1, start, evaluate, cancel, list
        case command = 8, input, closeInput, signal, resize, more
        case file, open, write, close, watch, stop
        case zygote = 20, pause, resume, measure
        case ready = 65, failed, started, output, done, lost, entry
        case end = 73, refused, exited
        case begun, taken, fault, attributes, change
        case measured = 90
    }

    let kind: Kind
    var body: [UInt8] = []

    var text: String { String(decoding: body, as: UTF8.self) }

    mutating func put(_ number: Int) { body += (0..<4).map { UInt8(truncatingIfNeeded: number >> (24 - 8 * $0)) } }

    mutating func put(name: String) {
        put(name.utf8.count)
        body += Array(name.utf8)
    }

    func number(at offset: Int, bytes: Int = 4) -> Int {
        body[offset..<offset + bytes].reduce(0) { $0 << 8 | Int($1) }
    }

    var encoded: [UInt8] {
        var length = Frame(kind: .configure)
        length.put(body.count + 1)
        return length.body + [kind.rawValue] + body
    }
}
