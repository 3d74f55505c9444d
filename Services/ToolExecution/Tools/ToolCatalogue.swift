internal import ServiceKit
internal import WireProtocol

/// Which tools there are.
struct ToolCatalogue {
    private let builtIn: [ToolDefinition]
    /// Why there are no sandboxes, when there are none.
    private let failure: SandboxFailure?

    init(sandboxes failure: SandboxFailure?) throws {
        builtIn = try (CodeTools.make() + FileTools.make() + NetworkTools.make()).sorted { $0.name < $1.name }
        self.failure = failure
    }

    /// By name, those after the cursor.
    func list(_ page: PageQuery) -> Page<Tool> {
        let limit = page.effectiveLimit
        let rest = builtIn.filter { tool in page.cursor.map { tool.name > $0 } ?? true }
        let shown = rest.prefix(limit).map { $0.tool(sandboxes: failure) }
        return Page(data: shown, nextCursor: rest.count > limit ? shown.last?.name : nil)
    }

    /// Throws a problem 404 for what is no tool.
    func find(_ name: String) throws -> ToolDefinition {
        guard let tool = builtIn.first(where: { $0.name == name }) else { throw Problem(.notFound) }
        return tool
    }

    func tool(_ name: String) throws -> Tool { try find(name).tool(sandboxes: failure) }

    /// The same, to be called. Throws a problem 503 when it cannot be used here.
    func usable(_ name: String) throws -> ToolDefinition {
        let tool = try find(name)
        let availability = tool.availability(sandboxes: failure)
        guard availability.isAvailable else {
            let remedy = availability.install.map { "; install it with: \($0)" } ?? ""
            throw Problem(.toolUnavailable, detail: (availability.reason ?? "") + remedy)
        }
        return tool
    }
}
