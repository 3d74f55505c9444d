import Foundation
import Support

/// Makes the trees of files of the images that `deploy/Dockerfile` describes: packages, copied files, folders.
final class ImageTrees {
    private struct Tree {
        var folder: URL
        var packages: Set<String>
    }

    private let folder: URL
    private let file: Dockerfile
    private let installed: InstalledPackages
    private var made: [String: Tree] = [:]

    init(in folder: URL) async throws {
        self.folder = folder
        file = try Dockerfile()
        installed = try await InstalledPackages()
    }

    /// The tree of an image.
    func tree(of name: String) async throws -> URL { try await make(name).folder }

    private func make(_ name: String) async throws -> Tree {
        if let tree = made[name] { return tree }
        guard let stage = file.stages.first(where: { $0.name == name }) else {
            throw Command.Failure(description: "deploy/Dockerfile has no stage \(name)")
        }
        var tree = Tree(folder: folder.appending(path: name), packages: [])
        if stage.base.hasPrefix("debian:") {
            try FileManager.default.createDirectory(at: tree.folder, withIntermediateDirectories: true)
            try await install(installed.base, into: &tree)
            try finishBase(tree)
        } else {
            let below = try await make(stage.base)
            // Hard links: nothing in a tree is ever written to.
            try await Command.succeed("/bin/cp", ["--archive", "--link", below.folder.path, tree.folder.path])
            tree.packages = below.packages
        }
        for instruction in stage.instructions { try await apply(instruction, to: &tree) }
        made[name] = tree
        return tree
    }

    private func apply(_ instruction: Dockerfile.Instruction, to tree: inout Tree) async throws {
        if let packages = instruction.packages {
            try await install(packages, into: &tree)
        } else if let copy = instruction.copy {
            try await perform(copy, in: tree)
        } else if instruction.keyword == "RUN" {
            guard let match = instruction.text.wholeMatch(of: /install --directory --owner=10001 --group=10001 --mode=0700 (\S+)/) else {
                throw Command.Failure(description: "a RUN whose effect on the image is not known here: \(instruction.text)")
            }
            let place = tree.folder.appending(path: String(match.1))
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
    }

    private func install(_ names: [String], into tree: inout Tree) async throws {
        let wanted = try installed.closure(of: names)
        let files = try await installed.files(of: wanted.subtracting(tree.packages))
        let list = Data(files.joined(separator: "\0").utf8)
        let pipe = #"tar -C / --null --no-recursion --files-from - -cf - | tar -C "$1" --skip-old-files -xf -"#
        try await Command.succeed("/bin/bash", ["-o", "pipefail", "-c", pipe, "install", tree.folder.path], input: list)
        tree.packages.formUnion(wanted)
        if wanted.contains("ca-certificates") {
            try await copy(
                from: "/etc/ssl/certs/ca-certificates.crt", to: tree.folder.appending(path: "etc/ssl/certs/ca-certificates.crt").path)
        }
    }

    /// What the packages of a base image make when they are installed, and what an engine puts its own files over.
    private func finishBase(_ tree: Tree) throws {
        let made = [
            "etc/passwd": "usr/share/base-passwd/passwd.master", "etc/group": "usr/share/base-passwd/group.master",
            "etc/nsswitch.conf": "usr/share/libc-bin/nsswitch.conf",
        ]
        for (place, source) in made {
            try Data(contentsOf: URL(filePath: "/" + source)).write(to: tree.folder.appending(path: place))
        }
        try Data().write(to: tree.folder.appending(path: "etc/hosts"))
        for place in ["dev", "proc", "sys", "tmp", "run"] {
            try FileManager.default.createDirectory(at: tree.folder.appending(path: place), withIntermediateDirectories: true)
        }
    }

    private func perform(_ copy: Dockerfile.Copy, in tree: Tree) async throws {
        let destination = tree.folder.appending(path: copy.destination)
        try FileManager.default.createDirectory(at: destination, withIntermediateDirectories: true)
        for source in copy.sources {
            let here = try place(of: source, stage: copy.stage)
            // The contents of a folder go into the destination, a file goes there under the name that it has in the Dockerfile.
            if source.hasSuffix("/") {
                try await self.copy(from: here + "/.", to: destination.path)
            } else {
                try await self.copy(from: here, to: destination.appending(path: URL(filePath: source).lastPathComponent).path)
            }
            if source.contains("/troupe-") { try await copySwiftLibraries(of: here, into: tree) }
        }
    }

    private func copy(from source: String, to place: String) async throws {
        let folder = URL(filePath: place).deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try await Command.succeed("/bin/cp", ["--recursive", "--dereference", "--preserve=mode", source, place])
    }

    /// Where here is what another stage has made there.
    private func place(of source: String, stage: String?) throws -> String {
        let name = URL(filePath: source).lastPathComponent
        switch (stage, name) {
        case ("build"?, "sandbox-launcher"): return try CompiledLauncher.shared.get().executable
        case ("build"?, "sandbox-drivers"): return try CompiledLauncher.shared.get().drivers
        case ("build"?, _): return Tool.program(name)
        case ("python"?, "swagger-ui"):
            return URL(filePath: try Tool.python.path).deletingLastPathComponent().appending(path: "../../swagger-ui").standardized.path
        default: throw Command.Failure(description: "what is copied is not known here: \(source)")
        }
    }

    /// The image has programs with Swift's libraries in them. Those that tests are run with find the libraries in the toolchain's folder.
    private func copySwiftLibraries(of program: String, into tree: Tree) async throws {
        let listed = try await Command.succeed("/usr/bin/ldd", [program]).text
        for match in listed.matches(of: /=> (\S+\/lib\/swift\/\S+)/) {
            try await copy(from: String(match.1), to: tree.folder.path + String(match.1))
        }
    }
}
