import Foundation

/// Memory of processes, as the kernel tells it.
enum ProcessMemory {
    /// What all processes have that descend from this one, in KiB: what they share with others counts in proportion (PSS). nil when that of
    /// one cannot be read.
    static func ofDescendants() -> Int? {
        var (sum, waiting) = (0, children(of: Int(ProcessInfo.processInfo.processIdentifier)))
        while let process = waiting.popLast() {
            guard let share = share(of: process) else { return nil }
            sum += share
            waiting += children(of: process)
        }
        return sum
    }

    private static func children(of process: Int) -> [Int] {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
        return threads.flatMap { thread -> [Int] in
            let text = (try? String(contentsOfFile: "/proc/\(process)/task/\(thread)/children", encoding: .utf8)) ?? ""
            return text.split(separator: " ").compactMap { Int($0) }
        }
    }

    /// A process that has just ended has nothing.
    private static func share(of process: Int) -> Int? {
        let path = "/proc/\(process)/smaps_rollup"
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            return FileManager.default.fileExists(atPath: "/proc/\(process)") ? nil : 0
        }
        let line = text.split(separator: "\n").first { $0.hasPrefix("Pss:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    }
}
