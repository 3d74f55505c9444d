extension DocumentView {
    /// The RFC 6901 pointer of a value, or of the value of a key, found by walking down from the root: made only for errors.
    func pointer(to target: Int) -> String {
        var pointer = ""
        var node = 0
        while node != target, let step = step(from: node, towards: target) {
            pointer += "/" + step.token
            node = step.node
        }
        return pointer
    }

    private func step(from container: Int, towards target: Int) -> (token: String, node: Int)? {
        let isObject = self[container].kind == .object
        let end = Int(self[container].next)
        var child = container + 1
        var index = 0
        while child < end {
            let value = isObject ? child + 1 : child
            if target < Int(self[value].next) {
                let token = isObject ? escapePointer(string(at: child)) : String(index)
                return (token, target == child ? target : value)
            }
            child = Int(self[value].next)
            index += 1
        }
        return nil
    }
}

/// One token of an RFC 6901 pointer: `~` is `~0` and `/` is `~1`.
func escapePointer(_ token: String) -> String {
    guard token.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return token }
    var escaped = ""
    for scalar in token.unicodeScalars {
        switch scalar {
        case "~": escaped += "~0"
        case "/": escaped += "~1"
        default: escaped.unicodeScalars.append(scalar)
        }
    }
    return escaped
}
