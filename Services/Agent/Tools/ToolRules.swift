internal import ServiceClients
internal import WireProtocol

/// Which tools an agent may be given.
struct ToolRules {
    let directory: any ToolDirectory

    /// Throws a problem 422 that names every tool that the caller's agent cannot call, besides those that it was given before: one that is gone since
    /// stands in the way of no change.
    func demandUsable(_ names: [String], besides known: [String], as identity: CallIdentity, from origin: CallOrigin) async throws {
        let new = Set(names).subtracting(known)
        let tools = new.isEmpty ? [:] : try await directory.find(new, as: identity, from: origin)
        let errors = names.enumerated().compactMap { place, name in
            (names[..<place].contains(name) ? "is named twice" : new.contains(name) ? objection(to: tools[name]) : nil).map {
                FieldError(pointer: "/tools/\(place)", detail: $0)
            }
        }
        if !errors.isEmpty { throw Problem(.validationFailed, errors: errors) }
    }

    private func objection(to tool: Tool?) -> String? {
        guard let tool else { return "names no tool of yours" }
        return tool.needsSandbox ? "works in a sandbox that must be named, which an agent cannot" : nil
    }
}
