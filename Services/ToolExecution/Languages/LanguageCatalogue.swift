internal import Glibc
internal import WireProtocol

/// The languages of programs. One entry is all that a language needs; a sandbox sees the server's `/usr` and toolchains.
struct LanguageCatalogue {
    /// A language and the program without which it is not available.
    struct Entry {
        var name: String
        var fileName: String
        var build: String?
        var run: String
        var tool: String
        var install: String
    }

    static let entries: [Entry] = [
        Entry(name: "python", fileName: "main.py", run: "python3 main.py", tool: "python3", install: "apt-get install python3"),
        Entry(name: "javascript", fileName: "main.js", run: "node main.js", tool: "node", install: "apt-get install nodejs"),
        Entry(
            name: "typescript", fileName: "main.ts", build: "tsc --target es2020 --module commonjs main.ts", run: "node main.js",
            tool: "tsc", install: "apt-get install node-typescript"),
        Entry(name: "bash", fileName: "main.sh", run: "bash main.sh", tool: "bash", install: "apt-get install bash"),
        Entry(
            name: "c", fileName: "main.c", build: "gcc -O2 -Wall -o main main.c -lm", run: "./main", tool: "gcc",
            install: "apt-get install gcc libc6-dev"),
        Entry(
            name: "cpp", fileName: "main.cpp", build: "g++ -std=c++20 -O2 -Wall -o main main.cpp", run: "./main", tool: "g++",
            install: "apt-get install g++"),
        // One file without a module; the second `go` in a sandbox finds what the first has compiled.
        Entry(
            name: "go", fileName: "main.go", build: "GO111MODULE=off GOFLAGS=-p=2 go build -o main main.go", run: "./main", tool: "go",
            install: "apt-get install golang-go"),
        Entry(
            name: "rust", fileName: "main.rs", build: "rustc -O -o main main.rs", run: "./main", tool: "rustc",
            install: "apt-get install rustc"),
        Entry(
            name: "swift", fileName: "main.swift", build: "swiftc -O -j2 -o main main.swift", run: "./main", tool: "swiftc",
            install: "apt-get install swiftlang # or a toolchain of swift.org, in a folder that TOOLCHAINS names"),
    ]

    /// What a build leaves to be executed, when it leaves something.
    static let product = "./main"
    /// Where modes cannot be changed (the weaker tier, as an ordinary user) linkers leave a program that cannot be executed: what is copied from
    /// one that can be is filled with it.
    static let makingExecutable = "[ -x main ] || { cp /usr/bin/env made && cat main >made && mv made main; }"

    /// As the API shows them.
    let languages: [ProgramLanguage]

    /// Those whose programs are where a sandbox looks for them.
    init(_ installation: LauncherInstallation) {
        let folders = installation.programFolders
        languages = Self.entries.map { entry in
            ProgramLanguage(
                name: entry.name, fileName: entry.fileName, buildCommand: entry.build, runCommand: entry.run,
                available: folders.contains { access("\($0)/\(entry.tool)", X_OK) == 0 }, install: entry.install)
        }
    }

    /// A problem 422 for a language that is not known, 503 with what to install for one that is not there.
    func language(_ name: String) throws -> ProgramLanguage {
        guard let language = languages.first(where: { $0.name == name }) else {
            throw Problem(.validationFailed, errors: [FieldError(pointer: "/language", detail: "is not a language that is known here")])
        }
        guard language.available else {
            throw Problem(.toolUnavailable, detail: "\(name) is not installed here; on the server: \(language.install)")
        }
        return language
    }
}
