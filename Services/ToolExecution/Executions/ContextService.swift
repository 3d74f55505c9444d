internal import WireProtocol

/// Starts further interpreters in a sandbox, and ends them.
struct ContextService {
    let sandbox: LiveSandbox

    func create(_ language: CodeLanguage, workingDirectory: String?) async throws -> CodeContext {
        let place = try sandbox.contexts.add(language, workingDirectory: workingDirectory ?? ContextTable.home)
        do {
            try await sandbox.takeWhenFree()
            defer { sandbox.release() }
            try await sandbox.process.startInterpreter(place.interpreter)
            try await sandbox.prepare(place)
            return place.context
        } catch {
            try? await delete(place.context.id)
            throw error
        }
    }

    /// Ends the interpreter; the next code gets a new one.
    func restart(_ id: String) async throws {
        let place = try sandbox.contexts.place(of: id)
        do { try await sandbox.process.stopInterpreter(place.interpreter) } catch is SandboxFault {
            throw Problem(.conflict, detail: "the interpreter is executing code")
        }
        sandbox.contexts.setPrepared(false, place.interpreter)
    }

    func delete(_ id: String) async throws {
        try await restart(id)
        sandbox.contexts.remove(id)
    }
}
