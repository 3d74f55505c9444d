import ServiceKit
import Testing

@Suite("Settings", .timeLimit(.minutes(15)))
struct SettingsTests {
    struct Sample {
        let process: ProcessConfiguration
        let database: DatabaseConfiguration

        init(_ settings: Settings) {
            process = ProcessConfiguration(settings, defaultPort: 8080)
            database = DatabaseConfiguration(settings)
        }
    }

    @Test("everything that is missing or wrong is named in one message")
    func allProblems() throws {
        let error = #expect(throws: ConfigurationError.self) {
            _ = try Settings.read(environment: ["PORT": "eighty", "LOG_LEVEL": "loud"], Sample.init)
        }
        #expect(error?.problems.count == 3)
        let text = "\(try #require(error))"
        for name in ["PORT", "LOG_LEVEL", "DATABASE_URL"] { #expect(text.contains(name)) }
    }

    @Test("a value comes from the environment, from a file, or is the default")
    func sources() throws {
        let files = ["/secret": "postgres://file"]
        let sample = try Settings.read(
            environment: ["PORT": "9", "HOST": "", "DATABASE_URL_FILE": "/secret"], readFile: { files[$0] }, Sample.init)
        #expect(sample.process.port == 9)
        #expect(sample.process.host == "127.0.0.1")
        #expect(sample.database.url == "postgres://file")
    }

    @Test("a file that cannot be read is named, and no secret is ever in a message")
    func unreadable() throws {
        let error = #expect(throws: ConfigurationError.self) {
            _ = try Settings.read(
                environment: ["DATABASE_URL_FILE": "/nowhere", "DATABASE_OWNER_URL": "postgres://u:hunter2@h/d", "PORT": "x"],
                readFile: { _ in nil }, Sample.init)
        }
        let text = "\(try #require(error))"
        #expect(text.contains("/nowhere"))
        #expect(!text.contains("hunter2"))
    }

    @Test("every setting says its name, its default and its meaning")
    func declared() {
        let settings = Settings.declared(by: Sample.init)
        #expect(settings.contains { $0.name == "PORT" && $0.defaultValue == "8080" && !$0.isSecret })
        #expect(settings.contains { $0.name == "DATABASE_URL" && $0.defaultValue == nil && $0.isSecret })
        #expect(settings.allSatisfy { !$0.meaning.isEmpty })
    }
}
