extension RedisClient {
    /// The value of a key; nil without one.
    package func get(_ key: String) async throws -> [UInt8]? {
        try await send(["GET", .string(key)]).bytes
    }

    /// Sets a key, for a time if one is given. With `onlyIfAbsent` a key that exists is left alone, and false returned.
    @discardableResult
    package func set(_ key: String, _ value: [UInt8], expiry: Duration? = nil, onlyIfAbsent: Bool = false) async throws -> Bool {
        var command: [RedisArgument] = ["SET", .string(key), .bytes(value)]
        if let expiry { command += ["PX", .integer(Self.milliseconds(expiry))] }
        if onlyIfAbsent { command.append("NX") }
        return try await send(command) != .null
    }

    /// Removes keys; returns how many there were.
    @discardableResult
    package func delete(_ keys: String...) async throws -> Int {
        try await integer(["DEL"] + keys.map { .string($0) })
    }

    /// Adds to the number in a key, which counts as 0 without one; returns the sum.
    @discardableResult
    package func increment(_ key: String, by amount: Int = 1) async throws -> Int {
        try await integer(["INCRBY", .string(key), .integer(amount)])
    }

    /// Lets a key vanish after a time; false when there is no such key.
    @discardableResult
    package func expire(_ key: String, after duration: Duration) async throws -> Bool {
        try await integer(["PEXPIRE", .string(key), .integer(Self.milliseconds(duration))]) == 1
    }

    /// Runs a script, which is carried out at once and whole.
    package func evaluate(_ script: String, keys: [String] = [], arguments: [RedisArgument] = []) async throws -> RedisValue {
        try await send(["EVAL", .string(script), .integer(keys.count)] + keys.map { .string($0) } + arguments)
    }

    /// Sends a message to whoever is subscribed now; returns how many connections got it.
    @discardableResult
    package func publish(_ message: [UInt8], to channel: String) async throws -> Int {
        try await integer(["PUBLISH", .string(channel), .bytes(message)])
    }

    func integer(_ command: [RedisArgument]) async throws -> Int {
        let reply = try await send(command)
        guard let number = reply.integer else { throw RedisError.unexpectedReply(String(describing: reply)) }
        return number
    }

    static func milliseconds(_ duration: Duration) -> Int {
        let (seconds, attoseconds) = duration.components
        let whole = min(max(seconds, 0), 1 << 40) * 1000
        return max(1, Int(whole + attoseconds / 1_000_000_000_000_000))
    }
}
