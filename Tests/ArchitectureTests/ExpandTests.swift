import Testing

/// The program of the version before serves on the schema of this one, until it is replaced and whenever it comes back.
@Suite("Migrations expand")
struct ExpandTests {
    private static let migrations = Project.files(under: "Services").filter { $0.hasSuffix(".up.sql") }

    /// What would take away, or demand, something of which the version before does not know.
    private static func narrowing(_ statements: String) -> [String] {
        let code = statements.split(separator: "\n").map { $0.prefix(upTo: $0.firstRange(of: "--")?.lowerBound ?? $0.endIndex) }
            .joined(separator: " ")
        let narrows = try? Regex(
            #"\b(DROP\s+(TABLE|COLUMN|SCHEMA|TYPE|DEFAULT)|RENAME|SET\s+NOT\s+NULL|ALTER\s+COLUMN\s+\w+\s+(SET\s+DATA\s+)?TYPE|TRUNCATE)\b"#
        ).ignoresCase()
        let demands = try? Regex(#"\bADD\s+COLUMN\s+(IF\s+NOT\s+EXISTS\s+)?\w+[^,;]*?\bNOT\s+NULL\b[^,;]*"#).ignoresCase()
        guard let narrows, let demands else { return ["the rule cannot be read"] }
        return code.matches(of: narrows).map { String(code[$0.range]) }
            + code.matches(of: demands).map { String(code[$0.range]) }.filter { !$0.uppercased().contains("DEFAULT") }
    }

    @Test("none takes away what the version before uses, or demands what it does not give")
    func expand() {
        #expect(Self.migrations.count > 30)
        for path in Self.migrations { #expect(Self.narrowing(Project.read(path)).isEmpty, "\(path)") }
    }

    @Test(
        "what narrows is found",
        arguments: [
            "DROP TABLE a.b;", "ALTER TABLE a DROP\n COLUMN b;", "alter table a rename b to c", "ALTER TABLE a ALTER COLUMN b SET NOT NULL",
            "ALTER TABLE a ALTER COLUMN b TYPE text", "ALTER TABLE a ADD COLUMN b text NOT NULL;", "TRUNCATE a",
        ])
    func narrows(statement: String) { #expect(Self.narrowing(statement).count == 1) }

    @Test(
        "what expands is not",
        arguments: [
            "CREATE TABLE a (b text NOT NULL)", "ALTER TABLE a ADD COLUMN b text", "ALTER TABLE a ADD COLUMN b int NOT NULL DEFAULT 0",
            "-- DROP TABLE a", "DROP POLICY a ON b", "DROP INDEX a",
        ])
    func expands(statement: String) { #expect(Self.narrowing(statement).isEmpty) }
}
