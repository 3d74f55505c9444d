internal import ServiceClients
internal import WireProtocol

/// Which tools an agent may be given.
struct ToolRules {
    let directory: any ToolDirectory

    /// Throws a problem 422 that names every tool that the caller's agent cannot call.
    func demandUsable(_ names: [String], as identity: CallIdentity, from origin: CallOrigin) async throws {
        let tools = try await directory.find(Set(names), as: identity, from: origin)
        let errors = names.enumerated().compactMap { place, name in
            objection(to: tools[name], isRepeated: names[..<place].contains(name)).map {
                FieldError(pointer: "/tools/\(place)", detail: $0)
            }
        }
        if !errors.isEmpty { throw Problem(.validationFailed, errors: errors) }
    }

    private func objection(to tool: Tool?, isRepeated: Bool) -> String? {
        if isRepeated { return "is named twice" }
        guard let tool else { return "names no tool of yours" }
        return tool.needsSandbox ? "works in a sandbox that must be named, which an agent cannot" : nil
    }
}
