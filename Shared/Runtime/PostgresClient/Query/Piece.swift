internal import Glibc

/// A part of a statement's text.
enum Piece: Hashable, Sendable {
    case literal(Literal)
    /// Text that was put together.
    case text(String)
    /// The place of the next parameter.
    case parameter

    /// Text of the program. It is known by its address, which says the same as its bytes and is shorter; should the compiler have put the
    /// same text in two places, they count as two.
    struct Literal: Hashable, Sendable {
        let text: StaticString

        static func == (left: Literal, right: Literal) -> Bool {
            unsafe left.text.utf8Start == right.text.utf8Start && left.text.utf8CodeUnitCount == right.text.utf8CodeUnitCount
        }

        func hash(into hasher: inout Hasher) { unsafe hasher.combine(text.utf8Start) }
    }

    init(_ text: StaticString) { self = .literal(Literal(text: text)) }

    var hasZeroByte: Bool {
        switch self {
        case .literal(let literal): unsafe memchr(literal.text.utf8Start, 0, literal.text.utf8CodeUnitCount) != nil
        case .text(let text): text.utf8.contains(0)
        case .parameter: false
        }
    }
}

extension Sequence<Piece> {
    /// Their text, with placeholders numbered from `$1`.
    var sql: String {
        var (text, parameters) = ("", 0)
        for piece in self {
            switch piece {
            case .literal(let literal): text += literal.text.description
            case .text(let more): text += more
            case .parameter:
                parameters += 1
                text += "$\(parameters)"
            }
        }
        return text
    }
}
