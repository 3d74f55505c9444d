import Foundation

/// The Debian packages of this machine. An image is made of their files here, since a test fetches nothing; the packages that an image
/// names, and what those need, are all that it gets.
struct InstalledPackages: Sendable {
    private struct Package {
        var isOfEveryImage: Bool
        /// What it needs: of each list one.
        var needs: [[String]]
    }

    private let packages: [String: Package]
    private let providers: [String: String]

    init() async throws {
        let format = #"${db:Status-Status}|${Package}|${Essential}|${Priority}|${Pre-Depends}, ${Depends}|${Provides}\n"#
        let output = try await Command.succeed("/usr/bin/dpkg-query", ["-W", "-f", format]).text
        var packages: [String: Package] = [:]
        var providers: [String: String] = [:]
        for line in output.split(separator: "\n") {
            // Alternatives are parted by the same sign as the fields: those are between the fourth and the last.
            let fields = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            guard fields.count >= 6, fields[0] == "installed" else { continue }
            let needs = fields[4..<(fields.count - 1)].joined(separator: "|").split(separator: ",").map { choice in
                choice.split(separator: "|").compactMap(Self.name).filter { !$0.isEmpty }
            }
            packages[fields[1]] = Package(
                isOfEveryImage: fields[2] == "yes" || fields[3] == "required", needs: needs.filter { !$0.isEmpty })
            for provided in fields[fields.count - 1].split(separator: ",").compactMap(Self.name) { providers[provided] = fields[1] }
        }
        self.packages = packages
        self.providers = providers
    }

    /// `libc6:any (>= 2.36)` → `libc6`
    private static func name(_ text: Substring) -> String? {
        text.drop { $0 == " " }.split(whereSeparator: { " (:".contains($0) }).first.map(String.init)
    }

    /// The packages that Debian's own image holds.
    var base: [String] { packages.filter(\.value.isOfEveryImage).map(\.key) }

    /// Packages with all that they need.
    func closure(of names: [String]) throws -> Set<String> {
        var found: Set<String> = []
        var waiting = names
        while let name = waiting.popLast() {
            guard let package = packages[name] else {
                throw Command.Failure(description: "the Debian package \(name) is not installed on this machine")
            }
            guard found.insert(name).inserted else { continue }
            for choice in package.needs {
                let chosen = choice.compactMap { packages[$0] != nil ? $0 : providers[$0] }.first
                guard let chosen else { throw Command.Failure(description: "\(name) needs \(choice), which is not installed") }
                waiting.append(chosen)
            }
        }
        return found
    }

    /// What Debian's slim images leave out.
    private static let leftOut = ["/usr/share/doc/", "/usr/share/man/", "/usr/share/info/", "/usr/share/locale/"]
    /// Folders that are links into /usr; packages name their files by either.
    private static let merged = ["bin", "sbin", "lib", "lib32", "lib64", "libx32"]

    /// The files, links and folders of packages, by the places where they really are, without the leading slash.
    func files(of packages: Set<String>) async throws -> [String] {
        guard !packages.isEmpty else { return [] }
        let output = try await Command.succeed("/usr/bin/dpkg-query", ["-L"] + packages.sorted()).text
        var files: Set<String> = []
        for line in output.split(separator: "\n") where line.hasPrefix("/") && !Self.leftOut.contains(where: { line.hasPrefix($0) }) {
            let parts = line.split(separator: "/").map(String.init)
            guard let first = parts.first, first != "." else { continue }
            if parts.count == 1, Self.merged.contains(first) { continue }
            let path = (Self.merged.contains(first) ? "usr/" : "") + parts.joined(separator: "/")
            if FileManager.default.isReadableFile(atPath: "/" + path) { files.insert(path) }
        }
        // A link to nothing is not readable, and a link into /usr belongs to every tree.
        for link in Self.merged where (try? FileManager.default.destinationOfSymbolicLink(atPath: "/" + link)) != nil { files.insert(link) }
        return files.sorted()
    }
}
