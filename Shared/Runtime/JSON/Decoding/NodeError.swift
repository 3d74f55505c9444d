/// An error at a node. Its pointer is only worked out when it leaves the codec, so that a type which tries one form after another
/// costs no walk from the root for each.
struct NodeError: Error {
    let node: Int
    let detail: String
    /// The member that the node lacks.
    var missing: String?

    init(_ detail: String, at node: Int) {
        self.node = node
        self.detail = detail
    }

    init(missing name: String, in object: Int) {
        self.init("is required", at: object)
        missing = name
    }
}

extension DocumentView {
    func located(_ error: NodeError) -> JSONError {
        let member = error.missing.map { "/" + escapePointer($0) } ?? ""
        return JSONError(pointer: pointer(to: error.node) + member, detail: error.detail, offset: Int(self[error.node].start))
    }
}
