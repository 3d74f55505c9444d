import PostgresClient
import Testing

@Suite("Queries")
struct QueryTests {
    @Test("interpolation binds and numbers its values")
    func placeholders() {
        let query: PostgresQuery = "SELECT * FROM t WHERE a = \(1) AND b = \("x") AND c = \(Optional<Bool>.none)"
        #expect(query.sql == "SELECT * FROM t WHERE a = $1 AND b = $2 AND c = $3")
    }

    @Test("a fragment's parameters are numbered anew, what looks like one stays")
    func fragments() {
        let filter: PostgresQuery = "b = \("x") AND note <> '$1' AND c = \(true)"
        let query: PostgresQuery = "SELECT \(1) WHERE \(fragment: filter) LIMIT \(5)"
        #expect(query.sql == "SELECT $1 WHERE b = $2 AND note <> '$1' AND c = $3 LIMIT $4")
        let nested: PostgresQuery = "(\(fragment: query)) OR \(fragment: "TRUE")"
        #expect(nested.sql == "(SELECT $1 WHERE b = $2 AND note <> '$1' AND c = $3 LIMIT $4) OR TRUE")
    }

    @Test("printing a query shows no value")
    func printing() {
        let query: PostgresQuery = "SELECT \("secret")"
        #expect(!"\(query)".contains("secret") && !String(reflecting: query).contains("secret"))
    }
}
