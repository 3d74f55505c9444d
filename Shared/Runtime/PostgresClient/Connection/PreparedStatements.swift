/// A statement that the server keeps under a name.
final class PreparedStatement {
    enum State {
        case absent
        /// A batch that is in flight parses it.
        case parsing(by: ObjectIdentifier)
        case ready
    }

    /// Empty: the unnamed statement, which the next Parse replaces.
    let name: String
    let pieces: [Piece]
    let types: [PostgresType]
    var state: State = .absent
    fileprivate(set) var lastUse = 0

    var isAbsent: Bool { if case .absent = state { true } else { false } }
    var isReady: Bool { if case .ready = state { true } else { false } }

    init(name: String, query: PostgresQuery) {
        self.name = name
        pieces = query.pieces
        types = query.parameters.parameters.map(\.type)
    }

    func fits(_ query: PostgresQuery) -> Bool {
        types.count == query.parameters.count && zip(types, query.parameters.parameters).allSatisfy { $0 == $1.type }
    }
}

/// The statements that one connection has prepared, by their pieces; the least recently used one gives way.
struct PreparedStatements {
    private let capacity: Int
    private var statements: [[Piece]: PreparedStatement] = [:]
    private var uses = 0
    private var names = 0

    init(capacity: Int = 256) { self.capacity = capacity }

    /// The statement to execute a query with. One that is absent is to be parsed first.
    mutating func find(_ query: PostgresQuery, for batch: Batch) -> PreparedStatement {
        uses += 1
        guard let known = statements[query.pieces] else {
            names += 1
            let statement = PreparedStatement(name: "s\(names)", query: query)
            statement.lastUse = uses
            statements[query.pieces] = statement
            return statement
        }
        known.lastUse = uses
        guard known.fits(query) else { return PreparedStatement(name: "", query: query) }
        // Whether a Parse under way succeeds is not known yet; only its own batch shares its fate.
        if case .parsing(let owner) = known.state, owner != ObjectIdentifier(batch) { return PreparedStatement(name: "", query: query) }
        return known
    }

    /// Forgets a statement that the server does not have (any more).
    mutating func forget(_ statement: PreparedStatement) {
        if statements[statement.pieces] === statement { statements[statement.pieces] = nil }
    }

    /// Removes the statements beyond the capacity; the server is to be told their names.
    mutating func evict() -> [PreparedStatement] {
        var evicted: [PreparedStatement] = []
        while statements.count > capacity {
            guard let oldest = statements.values.filter(\.isReady).min(by: { $0.lastUse < $1.lastUse }) else { break }
            statements[oldest.pieces] = nil
            evicted.append(oldest)
        }
        return evicted
    }
}
