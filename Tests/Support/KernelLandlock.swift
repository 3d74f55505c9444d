import Foundation

/// Whether the kernel has what the launcher's weaker tier is made of, asked of the kernel itself: what the launcher says of it is judged by this.
package enum KernelLandlock {
    /// - Parameter ownUser: Whether sandboxes are users of their own, as those of root are; otherwise Landlock has to keep their signals in.
    package static func suffices(ownUser: Bool) throws -> Bool {
        // landlock_create_ruleset, asked for its version: Linux 6.2 has the third, Linux 6.12 the sixth.
        let question = "import ctypes; print(ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), 1))"
        let answer = try run("/usr/bin/python3", ["-c", question]).text.trimmingCharacters(in: .whitespacesAndNewlines)
        let tellsChildren = FileManager.default.fileExists(atPath: "/proc/self/task/\(getpid())/children")
        return (Int(answer) ?? -1) >= (ownUser ? 3 : 6) && tellsChildren
    }
}
