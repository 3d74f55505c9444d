package import RedisClient
package import ServiceKit

extension Settings {
    /// Where Redis is; nil: replicas find out by looking into the database.
    package func redis() -> RedisConfiguration? {
        let (name, shape) = ("REDIS_URL", "redis://host:port, or unix:/path")
        let text = optionalString(name, "Redis: " + shape, isSecret: true)
        let configuration = text.flatMap(RedisConfiguration.init)
        if text != nil, configuration == nil { refuse(name, "must be " + shape) }
        return configuration
    }
}
