import Testing

@Suite("Vocabulary")
struct VocabularyTests {
    @Test("the runtime contains no word of the product")
    func runtimeIsGeneric() {
        let product = /troupe|agent|conversation|codeact|sandbox|\bcrews?\b|\bllm\b|artifact/.ignoresCase().wordBoundaryKind(.simple)
        // The header's name is HTTP's own.
        let header = /user[-_ ]?agent/.ignoresCase()
        var places: [String] = []
        for path in Project.files(under: "Shared/Runtime") where [".swift", ".h", ".md", ".modulemap"].contains(where: path.hasSuffix) {
            for (number, line) in Project.read(path).split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                if line.replacing(header, with: "").firstMatch(of: product) != nil { places.append("\(path):\(number + 1): \(line)") }
            }
        }
        #expect(places == [])
    }

    @Test("no folder is named after time, history or what does not belong anywhere")
    func foldersAreConcepts() {
        let grabBags: Set<Substring> = [
            "New", "Old", "Deprecated", "Legacy", "Utilities", "Utils", "Common", "Helpers", "Misc", "Extensions",
        ]
        for source in Project.sources {
            #expect(grabBags.isDisjoint(with: source.path.split(separator: "/")), "\(source.path)")
        }
    }

    @Test("every package type and function says what it is")
    func packageDeclarationsAreDocumented() {
        #expect(Project.shipped.flatMap(\.undocumented) == [])
    }
}
