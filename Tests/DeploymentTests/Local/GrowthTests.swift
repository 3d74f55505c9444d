import Foundation
import Testing

/// What `make soak` says of a service that grows, and of one that does not.
@Suite("Growth in a soak", .timeLimit(.minutes(15)))
struct GrowthTests {
    /// Samples every two seconds for so long, with memory and open files as told.
    private func samples(
        seconds: Int, kilobytes: (Int) -> Int, openFiles: (Int) -> Int = { $0 % 7 + 30 }, atEnd: Int = 20
    ) -> String {
        let steady = stride(from: 0, to: seconds, by: 2).map { "\($0) steady agent \(kilobytes($0)) \(openFiles($0))\n" }
        return "3 idle agent 20000 20\n10 kill agent 90000 60\n" + steady.joined() + "\(seconds + 9) end agent 30000 \(atEnd)\n"
    }

    /// What was said, and whether all is well.
    private func judge(_ samples: String) async throws -> (text: String, isFlat: Bool) {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "samples")
        try samples.write(to: file, atomically: true, encoding: .utf8)
        let output = try await Command.run("/usr/bin/python3", [Repository.file("Tests/Soak/growth.py").path, file.path])
        return (output.text + output.standardError, output.status == 0)
    }

    @Test("memory that goes up and down, that fills once, or that has outliers is flat")
    func flat() async throws {
        let wave = samples(seconds: 400) { 30_000 + ($0 / 2 % 2) * 900 }
        let filling = samples(seconds: 400) { 30_000 + min($0, 150) * 60 }
        let outliers = samples(seconds: 400) { 30_000 + ($0 % 40 == 38 ? 50_000 : 0) }
        for text in [wave, filling, outliers] {
            let (said, isFlat) = try await judge(text)
            #expect(isFlat && said.contains("agent"), "\(said)")
        }
    }

    @Test("a leak of 7 KB a second is found in a soak of ten minutes, one of 1.2 KB a second in one of an hour, in noise too")
    func leak() async throws {
        for (seconds, kilobytesPerMinute) in [(200, 420), (1200, 72)] {
            let leaking = samples(seconds: seconds) { 30_000 + $0 * kilobytesPerMinute / 60 + ($0 * 7919 % 13) * 50 }
            let (said, isFlat) = try await judge(leaking)
            #expect(!isFlat && said.contains("the memory of agent grows"), "\(said)")
        }
    }

    @Test("files that stay open when nothing is asked for are found, and so is a service that was not watched")
    func files() async throws {
        let (said, isFlat) = try await judge(samples(seconds: 200, kilobytes: { _ in 30_000 }, atEnd: 21))
        #expect(!isFlat && said.contains("agent keeps files open"), "\(said)")
        let (nothing, isEnough) = try await judge("3 idle agent 20000 20\n")
        #expect(!isEnough && nothing.contains("not watched"), "\(nothing)")
        #expect(try await !judge("").isFlat)
    }
}
