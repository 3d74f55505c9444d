internal import JSON
internal import WireProtocol

/// Code that sets variables and a folder in a running interpreter.
enum InterpreterPreparation {
    /// Nil when there is nothing to do.
    static func code(_ language: CodeLanguage, environment: [String: String], folder: String?) throws -> String? {
        guard !environment.isEmpty || folder != nil else { return nil }
        let variables = String(decoding: try JSONCodec.encode(environment), as: UTF8.self)
        let place = try folder.map { String(decoding: try JSONCodec.encode($0), as: UTF8.self) }
        switch language {
        case .python:
            // A JSON text is a Python literal too, as long as it holds only texts.
            return "__import__('os').environ.update(\(variables))" + (place.map { "\n__import__('os').chdir(\($0))" } ?? "")
        case .javascript:
            return "void Object.assign(process.env, \(variables))" + (place.map { "; void process.chdir(\($0))" } ?? "")
        case .bash:
            let exports = environment.map { "export \($0.key)=\(Shell.quoted($0.value))" }
            return (exports + (folder.map { ["cd -- \(Shell.quoted($0))"] } ?? [])).joined(separator: "\n")
        case .unknown: return nil
        }
    }

}

extension LiveSandbox {
    /// Sets the sandbox's environment and the context's folder in an interpreter that has not got them.
    func prepare(_ place: ContextTable.Place) async throws {
        guard !place.isPrepared else { return }
        let folder = place.context.workingDirectory == ContextTable.home ? nil : place.context.workingDirectory
        if let code = try InterpreterPreparation.code(place.context.language, environment: environment, folder: folder) {
            try await evaluateQuietly(code, in: place.interpreter)
        }
        // Only now: what failed is tried again by the next code, which would otherwise run without its variables.
        contexts.setPrepared(true, place.interpreter)
    }

    /// Evaluates code of our own; a problem 422 when it fails.
    func evaluateQuietly(_ code: String, in interpreter: String) async throws {
        try await openNetwork()
        let request = try await process.evaluate(interpreter, code: code, timeout: .seconds(60))
        var complaint = ""
        while true {
            switch try await request.next() {
            case .output(2, let bytes): complaint += String(decoding: bytes.prefix(1000), as: UTF8.self)
            case .refused(let reason): throw Problem(.sandboxUnavailable, detail: reason)
            case .done(let end):
                if end.status != 0 { throw Problem(.validationFailed, detail: "the interpreter could not be prepared: \(complaint)") }
                return
            default: break
            }
        }
    }
}
