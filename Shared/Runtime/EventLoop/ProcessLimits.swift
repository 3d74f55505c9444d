internal import Glibc

/// What the system lets the process have.
package enum ProcessLimits {
    /// Lets the process have as many files open, and with them connections, as it may at all. The limit that it begins with is often 1,024, for
    /// the sake of programs that call select(2).
    package static func raiseOpenFiles() {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
