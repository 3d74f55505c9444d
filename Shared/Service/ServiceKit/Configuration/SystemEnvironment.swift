internal import Glibc

/// The process's environment and the files that it names.
package enum SystemEnvironment {
    /// The environment variables.
    package static var variables: [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let line = String(cString: text)
            if let equals = line.firstIndex(of: "=") { variables[String(line[..<equals])] = String(line[line.index(after: equals)...]) }
            entry += 1
        }
        return variables
    }

    /// A small text file without its last newlines; nil when it cannot be read.
    package static func readFile(_ path: String) -> String? {
        guard let bytes = readBytes(path) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        return String(text.reversed().drop { $0.isNewline }.reversed())
    }

    private static func readBytes(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count < 1 << 20 {
            let count = read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count < 0, errno == EINTR { continue }
            if count < 0 { return nil }
            bytes.append(contentsOf: buffer[..<count])
        }
        return nil
    }
}
