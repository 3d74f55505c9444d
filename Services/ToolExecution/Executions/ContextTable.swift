internal import EventLoop
internal import WireProtocol

/// The interpreters of one sandbox: that of each language, which is known by the language's name, and the further ones.
final class ContextTable {
    /// An interpreter, and its name with the launcher.
    struct Place {
        var context: CodeContext
        var interpreter: String
        /// Whether the sandbox's environment and the context's folder have been set in it.
        var isPrepared = false
    }

    private var places: [Place]
    private let loop: EventLoop

    static let home = "/home/user"
    /// How many interpreters of a language there may be, as the launcher is configured.
    static let interpreters: [CodeLanguage: [String]] = [
        .python: ["python", "python2", "python3"], .javascript: ["javascript", "javascript2"], .bash: ["bash", "bash2"],
    ]

    init(on loop: EventLoop) {
        self.loop = loop
        places = [CodeLanguage.python, .javascript, .bash].map { language in
            Place(
                context: CodeContext(id: language.rawValue, language: language, workingDirectory: Self.home),
                interpreter: language.rawValue)
        }
    }

    var all: [CodeContext] { places.map(\.context) }

    /// The interpreter of a context; without one, of the language.
    func place(_ id: String?, _ language: CodeLanguage) throws -> Place {
        guard let place = places.first(where: { $0.context.id == id ?? language.rawValue }) else {
            throw Problem(.notFound, detail: "no such context")
        }
        return place
    }

    func place(of id: String) throws -> Place { try place(id, .unknown) }

    /// The interpreter for code in a language; a problem 422 when the context is one of another language.
    func place(for block: CodeBlock) throws -> Place {
        let place = try place(block.contextID, block.language)
        guard place.context.language == block.language else {
            let detail = "is an interpreter of \(place.context.language.rawValue), not of \(block.language.rawValue)"
            throw Problem(.validationFailed, errors: [FieldError(pointer: "/context_id", detail: detail)])
        }
        return place
    }

    /// A further interpreter; a problem 403 when there are as many as there may be.
    func add(_ language: CodeLanguage, workingDirectory: String) throws -> Place {
        let taken = Set(places.map(\.interpreter))
        guard let free = Self.interpreters[language]?.first(where: { !taken.contains($0) }) else {
            throw Problem(.quotaExceeded, detail: "a sandbox has no more interpreters of this language")
        }
        let id = "ctx_" + CommandID(loop.makeID()).description.dropFirst(4)
        let place = Place(
            context: CodeContext(id: id, language: language, workingDirectory: workingDirectory), interpreter: free)
        places.append(place)
        return place
    }

    /// Forgets a further interpreter; that of a language stays.
    func remove(_ id: String) {
        places.removeAll { $0.context.id == id && $0.interpreter != $0.context.language.rawValue }
    }

    func setPrepared(_ isPrepared: Bool, _ interpreter: String) {
        for place in places.indices where places[place].interpreter == interpreter { places[place].isPrepared = isPrepared }
    }
}
