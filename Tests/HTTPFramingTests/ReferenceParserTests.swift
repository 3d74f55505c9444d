import Foundation
import Testing

/// What llhttp and nginx make of the same requests. The table keeps it, with each disagreement in plain sight; a run
/// that has both (`make test` names a Python with httptools in TROUPE_PYTHON) checks the table against them.
@Suite("Compared with llhttp and nginx")
struct ReferenceParserTests {
    static let python = ProcessInfo.processInfo.environment["TROUPE_PYTHON"]

    @Test("what is accepted here is accepted there and read as just as many requests", arguments: requestCases)
    func neverLooser(_ each: RequestCase) {
        guard each.ours.hasPrefix("ok ") else { return }
        let count = each.ours.dropFirst(3)
        // llhttp refuses what follows `Connection: close`; nginx and we leave it unread. nginx knows no `OPTIONS *`.
        if each.name != "a request after Connection: close" { #expect(each.llhttp == "ok \(count)") }
        if each.name != "OPTIONS *" {
            #expect(each.nginx.split(separator: ",").map { $0 } == Array(repeating: "200", count: Int(count) ?? 0))
        }
    }

    @Test("what both refuse is refused here", arguments: requestCases)
    func neverAlone(_ each: RequestCase) {
        if each.llhttp == "refused", each.nginx.hasPrefix("4") || each.nginx.hasPrefix("5") {
            #expect(Int(each.ours) != nil)
        }
    }

    @Test("the table says what llhttp and nginx do", .enabled(if: python != nil, "make test names a Python with httptools"))
    func table() throws {
        let answers = try readWithReferences(requestCases.map(\.bytes))
        #expect(answers.count == requestCases.count)
        for (each, answer) in zip(requestCases, answers) {
            if let llhttp = answer["llhttp"] { #expect(llhttp == each.llhttp, "\(each.name)") }
            if let nginx = answer["nginx"] { #expect(nginx == each.nginx, "\(each.name)") }
        }
        #expect(answers.first?["llhttp"] != nil, "TROUPE_PYTHON has no httptools")
    }

    private func readWithReferences(_ requests: [String]) throws -> [[String: String]] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Self.python ?? "")
        process.arguments = [URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "reference_parsers.py").path]
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        // As Latin-1, so that every byte is one character.
        let latin1 = requests.map { request in String(String.UnicodeScalarView(request.utf8.map { Unicode.Scalar($0) })) }
        try input.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(latin1))
        try input.fileHandleForWriting.close()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return try JSONDecoder().decode([[String: String]].self, from: data)
    }
}
