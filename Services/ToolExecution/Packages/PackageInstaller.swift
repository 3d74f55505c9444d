internal import EventLoop
internal import Glibc
internal import WireProtocol

/// Installs Python's packages into a sandbox before anybody has it: by pip within the sandbox, which can reach the index and nothing else
/// for so long. No code of a package runs then: only wheels are taken, which are unpacked and not built.
struct PackageInstaller {
    let loop: EventLoop
    /// nil: the operator has named none.
    let index: PackageIndex?
    /// Looked for at the start: looking may wait for the disk.
    private let pip = Self.findPip()

    private static let most = 32
    private static let shownLines = 8
    private static let longestOutput = 1 << 20
    private static let install = "apt-get install --yes python3-pip-whl"

    /// What is asked for. Throws a problem 422 that names every wrong place, 503 where no packages can be had.
    func requirements(_ texts: [String]?) throws -> [PackageRequirement] {
        guard let texts, !texts.isEmpty else { return [] }
        var errors: [FieldError] = []
        var requirements: [PackageRequirement] = []
        if texts.count > Self.most { errors.append(FieldError(pointer: "/packages", detail: "has more than \(Self.most)")) }
        for (place, text) in texts.prefix(Self.most).enumerated() {
            guard let requirement = PackageRequirement(text) else {
                errors.append(FieldError(pointer: "/packages/\(place)", detail: "must be like numpy==1.26.4 or uvicorn[standard]"))
                continue
            }
            if requirements.contains(where: { $0.name == requirement.name }) {
                errors.append(FieldError(pointer: "/packages/\(place)", detail: "\(requirement.name) is there already"))
            }
            requirements.append(requirement)
        }
        guard errors.isEmpty else { throw Problem(.validationFailed, errors: errors) }
        guard index != nil else { throw Problem(.toolUnavailable, detail: "this server has no index of packages (PACKAGE_INDEX)") }
        guard pip != nil else {
            throw Problem(.toolUnavailable, detail: "pip is not installed here; on the server: \(Self.install), then start it again")
        }
        return requirements
    }

    /// What an installation may ask outside; nil when there is nothing to install.
    func rules(for requirements: [PackageRequirement]) throws -> EgressRules? {
        guard !requirements.isEmpty, let index else { return nil }
        return try EgressRules(index.grant, pointer: "/packages", operatorServer: index.server)
    }

    /// Installs, and takes the way to the index away again. Throws a problem 422 that says which package and why.
    func install(_ requirements: [PackageRequirement], in sandbox: LiveSandbox, then own: EgressRules?) async throws {
        guard let index, let pip else { return }
        do {
            try await sandbox.openNetwork()
            let command = try await RunningCommand.start(
                Self.program(pip, requirements, from: index), as: "pip install", arguments: requirements.map(\.text), idempotency: nil,
                keeping: Self.longestOutput, in: sandbox.process, on: loop)
            try await command.log.waitUntilComplete()
            sandbox.log.note("packages: pip ended with \(command.exitCode ?? 0), \(command.outcome?.rawValue ?? "")")
            let isUsedUp = sandbox.network?.isUsedUp ?? false
            try await sandbox.changeNetwork(to: own)
            guard command.outcome == .exited, command.exitCode == 0 else {
                throw Self.problem(command, requirements, index, isUsedUp: isUsedUp)
            }
        } catch is SandboxGone {
            throw Problem(.packagesNotInstalled, detail: "the sandbox ended meanwhile")
        }
    }

    private static func program(_ pip: String, _ requirements: [PackageRequirement], from index: PackageIndex) -> SandboxProgram {
        // As the user's own, so that what the system has already is not loaded once more.
        var arguments = [
            "/usr/bin/python3", "-I", "-X", "utf8", pip, "--isolated", "install", "--user", "--break-system-packages",
            "--only-binary=:all:", "--quiet", "--no-color", "--no-input", "--no-cache-dir", "--disable-pip-version-check",
            "--no-warn-script-location", "--progress-bar", "off", "--retries", "1", "--timeout", "20", "--proxy", EgressSession.proxy,
            "--index-url", index.url,
        ]
        if let host = index.trustedHost { arguments += ["--trusted-host", host] }
        return SandboxProgram(
            arguments: arguments + ["--"] + requirements.map(\.text), timeout: .seconds(index.seconds), output: .most(longestOutput))
    }

    private static func problem(
        _ command: RunningCommand, _ requirements: [PackageRequirement], _ index: PackageIndex, isUsedUp: Bool
    ) -> Problem {
        let lines = (command.log.text(of: .stdout) + command.log.text(of: .stderr)).split(separator: "\n").map { String($0.prefix(500)) }
        let why =
            if isUsedUp {
                "it loaded more than \((index.grant.maxBytes ?? 0) >> 20) MiB"
            } else {
                switch command.outcome {
                case .timedOut: "it took longer than \(index.seconds) s"
                case .memoryExceeded: "it needed more memory than the sandbox has"
                case .diskExceeded: "it needed more disk than the sandbox has"
                default: "pip ended with \(command.exitCode ?? 1)"
                }
            }
        let errors = lines.filter { $0.hasPrefix("ERROR:") }
        let wrong = requirements.enumerated().compactMap { place, requirement in
            errors.last(where: requirement.isNamed).map { FieldError(pointer: "/packages/\(place)", detail: $0) }
        }
        let last = lines.suffix(shownLines).joined(separator: "\n")
        return Problem(
            .packagesNotInstalled, detail: "the packages were not installed: \(why)" + (last.isEmpty ? "" : "\n" + last),
            errors: wrong.isEmpty ? nil : wrong)
    }

    /// Where Debian keeps the newest pip for others to run; what is below `/usr` is seen in sandboxes.
    private static func findPip() -> String? {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob("/usr/share/python-wheels/pip-*.whl", 0, nil, &found) == 0, found.gl_pathc > 0,
            let path = found.gl_pathv[Int(found.gl_pathc) - 1]
        else { return nil }
        return String(cString: path) + "/pip"
    }
}
