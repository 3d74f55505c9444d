internal import CSystem

/// The memory of the process.
package enum ProcessMemory {
    /// Gives free memory back to the system, which the allocator keeps otherwise. Takes milliseconds at most.
    package static func release() { malloc_trim(0) }
}
