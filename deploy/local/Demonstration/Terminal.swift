import Glibc

/// Writes to the terminal as soon as there is something, in colours when it is one.
struct Terminal {
    enum Style: String {
        case plain = "0"
        case heading = "1"
        case quiet = "2"
        case code = "36"
        case output = "32"
        case error = "31"
    }

    private let isColoured = isatty(STDOUT_FILENO) == 1

    func write(_ text: String, _ style: Style = .plain) {
        var bytes = Array((isColoured && style != .plain ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text).utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    func line(_ text: String, _ style: Style = .plain) { write(text + "\n", style) }
}
