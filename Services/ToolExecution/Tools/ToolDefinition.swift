internal import Glibc
internal import JSON
internal import WireProtocol

/// A tool that can be called: what it is, what it takes, and the program that a call becomes.
struct ToolDefinition: Sendable {
    let name: String
    let description: String
    let kind: ToolKind
    let needsSandbox: Bool
    /// What must be installed for it.
    let requirements: [Requirement]
    private let schema: JSONSchema
    private let validator: SchemaValidator
    private let makeProgram: @Sendable (_ arguments: JSONValue, _ encoded: [UInt8]) throws -> ToolProgram

    /// A tool whose arguments are of this type, which is a wire type: anything else is an error of this program.
    init<Arguments: Codable & Sendable>(
        _ name: String, _ description: String, kind: ToolKind, needsSandbox: Bool = false, requires requirements: [Requirement],
        takes type: Arguments.Type, _ program: @escaping @Sendable (Arguments) throws -> ToolProgram
    ) throws {
        self.name = name
        self.description = description
        self.kind = kind
        self.needsSandbox = needsSandbox
        self.requirements = requirements
        schema = try JSONSchema.of(type)
        validator = try SchemaValidator(schema)
        makeProgram = { try program(JSONCodec.decode(type, from: $1, unknownFields: .refused)) }
    }

    /// A tool whose arguments are what a schema says. Throws `UnsupportedSchema`.
    init(
        _ name: String, _ description: String, kind: ToolKind, requires requirements: [Requirement], schema: JSONValue,
        _ program: @escaping @Sendable (JSONValue) throws -> ToolProgram
    ) throws {
        self.name = name
        self.description = description
        self.kind = kind
        needsSandbox = false
        self.requirements = requirements
        self.schema = JSONSchema(root: schema)
        validator = try SchemaValidator(self.schema)
        makeProgram = { arguments, _ in try program(arguments) }
    }

    /// The program of a call. Throws a problem 422 that names every wrong place of the arguments.
    func program(_ arguments: JSONValue) throws -> ToolProgram {
        let bytes = try JSONCodec.encode(arguments)
        let violations = validator.violations(in: try JSONDocument(bytes), unknownFields: .refused)
        guard violations.isEmpty else {
            throw Problem(
                .validationFailed, errors: violations.map { FieldError(pointer: "/arguments" + $0.pointer, detail: $0.detail) })
        }
        let program = try makeProgram(arguments, bytes)
        guard !program.code.utf8.contains(0) else {
            throw Problem(.validationFailed, errors: [FieldError(pointer: "/arguments", detail: "has a zero byte")])
        }
        guard program.code.utf8.count <= ToolProgram.maximumBytes else {
            throw Problem(.validationFailed, errors: [FieldError(pointer: "/arguments", detail: "is too long")])
        }
        return program
    }

    /// Whether it can be used on this machine; `sandboxes` says why there are none at all, `network` why none has a way out.
    func availability(sandboxes failure: SandboxFailure?, network: SandboxFailure?) -> ToolAvailability {
        if let failure { return ToolAvailability(isAvailable: false, reason: "there are no sandboxes: \(failure)") }
        if let network, kind == .network || kind == .http { return ToolAvailability(isAvailable: false, reason: network.description) }
        guard let missing = requirements.first(where: { !$0.isInstalled }) else { return ToolAvailability(isAvailable: true) }
        return ToolAvailability(isAvailable: false, reason: "\(missing.program) is not installed", install: missing.install)
    }

    /// As the catalogue shows it.
    func tool(sandboxes failure: SandboxFailure?, network: SandboxFailure?) -> Tool {
        Tool(
            name: name, description: description, kind: kind, parameters: inlined(schema.root),
            needsSandbox: needsSandbox, availability: availability(sandboxes: failure, network: network))
    }

    /// Types themselves in place of references to them, for readers that know no components. A type within itself stays a reference.
    private func inlined(_ part: JSONValue, within outer: Set<String> = []) -> JSONValue {
        switch part {
        case .object(let members):
            if let name = part["$ref"]?.string.map({ String($0.dropFirst(JSONSchema.componentPrefix.count)) }), !outer.contains(name),
                let type = schema.components[name]
            {
                return inlined(type, within: outer.union([name]))
            }
            return .object(members.map { JSONValue.Member(key: $0.key, value: inlined($0.value, within: outer)) })
        case .array(let elements): return .array(elements.map { inlined($0, within: outer) })
        default: return part
        }
    }
}

/// A program of the machine that a tool needs.
struct Requirement: Sendable, Hashable {
    let program: String
    /// The command that installs it.
    let install: String

    var isInstalled: Bool { access(program, X_OK) == 0 }

    static let python = Requirement(program: "/usr/bin/python3", install: "apt-get install --yes python3")
    static let node = Requirement(program: "/usr/bin/node", install: "apt-get install --yes nodejs")
    static let bash = Requirement(program: "/bin/bash", install: "apt-get install --yes bash")
}

/// What a program needs when that is more than a sandbox has as a rule.
struct ToolNeeds: Hashable, Sendable {
    var memoryBytes = 0
    var processes = 0

    /// The limits, raised where they are too low.
    func raising(_ limits: SandboxLimits) -> SandboxLimits {
        var raised = limits
        raised.memoryBytes = max(limits.memoryBytes, memoryBytes)
        raised.processes = max(limits.processes, processes)
        return raised
    }
}

/// What a call of a tool executes.
struct ToolProgram: Hashable, Sendable {
    var language: CodeLanguage
    var code: String
    /// What its sandbox may ask outside. A program with a grant has a sandbox of its own.
    var network: NetworkGrant?
    /// What its own sandbox is given at least.
    var needs = ToolNeeds()

    /// What the launcher takes.
    static let maximumBytes = 1 << 20
}
