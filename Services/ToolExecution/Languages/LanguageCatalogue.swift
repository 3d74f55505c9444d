internal import Glibc
internal import WireProtocol

/// The languages of programs. One entry is all that a language needs; a sandbox sees the server's `/usr`, so what is installed there is there.
struct LanguageCatalogue {
    /// A language and the tool without which it is not available.
    struct Entry {
        var name: String
        var fileName: String
        var build: String?
        var run: String
        /// Below `/usr`; one of them is enough.
        var tools: [String]
        var install: String
    }

    static let entries: [Entry] = [
        Entry(name: "python", fileName: "main.py", run: "python3 main.py", tools: ["/usr/bin/python3"], install: "apt-get install python3"),
        Entry(name: "javascript", fileName: "main.js", run: "node main.js", tools: ["/usr/bin/node"], install: "apt-get install nodejs"),
        Entry(
            name: "typescript", fileName: "main.ts", build: "tsc --target es2020 --module commonjs main.ts", run: "node main.js",
            tools: ["/usr/bin/tsc", "/usr/local/bin/tsc"], install: "apt-get install node-typescript"),
        Entry(
            name: "bash", fileName: "main.sh", run: "bash main.sh", tools: ["/usr/bin/bash", "/bin/bash"], install: "apt-get install bash"),
        Entry(
            name: "c", fileName: "main.c", build: "gcc -O2 -Wall -o main main.c -lm", run: "./main", tools: ["/usr/bin/gcc"],
            install: "apt-get install gcc libc6-dev"),
        Entry(
            name: "cpp", fileName: "main.cpp", build: "g++ -std=c++20 -O2 -Wall -o main main.cpp", run: "./main",
            tools: ["/usr/bin/g++"], install: "apt-get install g++"),
        Entry(
            name: "go", fileName: "main.go", build: "GOCACHE=/tmp/go-cache GO111MODULE=off go build -o main main.go", run: "./main",
            tools: ["/usr/bin/go", "/usr/local/bin/go"], install: "apt-get install golang-go"),
        Entry(
            name: "rust", fileName: "main.rs", build: "rustc -O -o main main.rs", run: "./main",
            tools: ["/usr/bin/rustc", "/usr/local/bin/rustc"], install: "apt-get install rustc"),
        Entry(
            name: "swift", fileName: "main.swift", build: "swiftc -O -module-cache-path /tmp/swift-cache -o main main.swift", run: "./main",
            tools: ["/usr/bin/swiftc", "/usr/local/bin/swiftc"], install: "apt-get install swiftlang"),
    ]

    /// As the API shows them.
    let languages: [ProgramLanguage] = entries.map { entry in
        ProgramLanguage(
            name: entry.name, fileName: entry.fileName, buildCommand: entry.build, runCommand: entry.run,
            available: entry.tools.contains { access($0, X_OK) == 0 }, install: entry.install)
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
