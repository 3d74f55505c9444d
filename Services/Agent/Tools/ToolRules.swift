internal import ServiceClients
internal import WireProtocol

/// Which tools an agent may be given.
struct ToolRules {
    let directory: any ToolDirectory

    /// Throws a problem 422 that names every tool that the caller's agent cannot call.
    func demandUsable(_ names: [String], as identity: CallIdentity, from origin: CallOrigin) async throws {
        var errors: [FieldError] = []
        for (place, name) in names.enumerated() {
            if let detail = try await objection(to: name, among: names[..<place], identity, origin) {
                errors.append(FieldError(pointer: "/tools/\(place)", detail: detail))
            }
        }
        if !errors.isEmpty { throw Problem(.validationFailed, errors: errors) }
    }

    private func objection(
        to name: String, among before: ArraySlice<String>, _ identity: CallIdentity, _ origin: CallOrigin
    ) async throws -> String? {
        if before.contains(name) { return "is named twice" }
        guard let tool = try await directory.find(name, as: identity, from: origin) else { return "names no tool of yours" }
        return tool.needsSandbox ? "works in a sandbox that must be named, which an agent cannot" : nil
    }
}
