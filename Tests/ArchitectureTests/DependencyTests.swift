import Testing

@Suite("Dependencies")
struct DependencyTests {
    /// What the toolchain brings along; the rule about Foundation is a test of its own.
    private let toolchain: Set = [
        "Swift", "Glibc", "Synchronization", "RegexBuilder", "_Concurrency", "Testing", "Foundation", "FoundationEssentials", "Dispatch",
    ]

    @Test("every import is a dependency that Package.swift names")
    func importsObeyTheTable() throws {
        let targets = try Project.targets.get()
        #expect(targets.count > 20)
        for target in targets {
            let allowed = toolchain.union(target.dependencies.map(\.name))
            for source in target.sources {
                let undeclared = Set(source.imports).subtracting(allowed).sorted()
                #expect(undeclared == [], "\(source.path) imports what \(target.name) does not depend on")
            }
        }
    }

    /// The fuzz targets are built by a script of their own: a package cannot link libFuzzer's main.
    @Test("every Swift source belongs to exactly one target")
    func sourcesHaveATarget() throws {
        let targets = try Project.targets.get()
        for source in Project.sources where !source.path.hasPrefix("Tests/Fuzz/") {
            let owners = targets.filter { $0.owns(source) }.map(\.name)
            #expect(owners.count == 1, "\(source.path) belongs to \(owners)")
        }
    }

    @Test("exactly one module imports each C library")
    func cLibrariesHaveOneOwner() throws {
        let targets = try Project.targets.get()
        for library in targets where library.type == "system" {
            let importers = targets.filter { target in
                target.type != "test" && target.sources.contains { $0.imports.contains(library.name) }
            }
            #expect(importers.count <= 1, "\(library.name) is imported by \(importers.map(\.name))")
        }
    }

    @Test("a service knows no other service, and the runtime nothing above it")
    func dependenciesPointDownwards() throws {
        let targets = try Project.targets.get()
        let folders = Dictionary(uniqueKeysWithValues: targets.map { ($0.name, $0.path) })
        for target in targets where target.type != "test" {
            for dependency in target.dependencies {
                let path = folders[dependency.name] ?? ""
                #expect(
                    layer(of: path) < layer(of: target.path) || contains(path, target.path)
                        || (layer(of: path) == layer(of: target.path) && !path.hasPrefix("Services/")),
                    "\(target.name) depends on \(dependency.name)")
            }
        }
    }

    private func layer(of path: String) -> Int {
        let layers = ["Shared/Runtime/CLibraries", "Shared/Runtime", "Shared/WireProtocol", "Shared/Service", "Services"]
        return layers.firstIndex { path == $0 || path.hasPrefix($0 + "/") } ?? layers.count
    }

    /// An executable stands within the folder of the library that it starts.
    private func contains(_ library: String, _ executable: String) -> Bool {
        ["Services/", "Tests/Support/"].contains(where: library.hasPrefix) && executable.hasPrefix(library + "/")
    }

    @Test("nothing that ships imports Foundation or Dispatch")
    func noFoundation() {
        for source in Project.shipped {
            let heavy = source.imports.filter { $0.hasPrefix("Foundation") || $0 == "Dispatch" }
            #expect(heavy.isEmpty, "\(source.path) imports \(heavy)")
        }
    }
}
