import Testing

@Suite("The settings of the services")
struct DeclaredSettingsTests {
    @Test("--help shows each setting once, with its meaning, default and whether it is secret", .timeLimit(.minutes(15)))
    func help() async throws {
        for declared in try await DeclaredSettings.all.value {
            let names = declared.settings.map(\.name)
            #expect(Set(names).count == names.count, "\(declared.service)")
            for setting in declared.settings { #expect(!setting.meaning.isEmpty, "\(declared.service) \(setting.name)") }
            #expect(names.contains("PORT"), "\(declared.service)")
        }
        let auth = try #require(try await DeclaredSettings.all.value.first { $0.service == "auth" })
        #expect(auth.settings.first { $0.name == "MASTER_KEYS" }?.isSecret == true)
        #expect(auth.settings.first { $0.name == "DATABASE_URL" }?.isRequired == true)
        #expect(auth.settings.first { $0.name == "PASSWORD_COST" }?.isRequired == false)
    }

    @Test("a setting has one meaning in all services that have it", .timeLimit(.minutes(15)))
    func oneMeaning() async throws {
        var meanings: [String: Set<String>] = [:]
        for declared in try await DeclaredSettings.all.value {
            for setting in declared.settings { meanings[setting.name, default: []].insert(setting.meaning) }
        }
        #expect(meanings.filter { $0.value.count > 1 }.keys.sorted() == [])
    }

    @Test("what is missing or unknown in a deployment is named")
    func problems() throws {
        let help = """
            Usage: troupe-x

              NEEDED
                  What it needs. [required, secret]
              OTHER
                  A number, in [s]. [default 3]
            """
        let declared = try DeclaredSettings(service: "x", help: help)
        #expect(declared.settings.map(\.isSecret) == [true, false])
        #expect(declared.problems(of: ["NEEDED_FILE", "OTHER"], in: "here") == [])
        #expect(declared.problems(of: ["OTHR", "OTHER"], in: "here").count == 2)
        #expect(throws: Command.Failure.self) { try DeclaredSettings(service: "x", help: "  NAME\n      no bracket.\n") }
    }
}
