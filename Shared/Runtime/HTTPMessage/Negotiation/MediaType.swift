/// A media type: `text/html; charset=utf-8`.
package struct MediaType: Hashable, Sendable {
    /// Type and subtype in lower case: `text/html`.
    package let essence: String
    /// The parameters.
    private let member: FieldList.Member

    /// Reads a `Content-Type` field value; nil when it is not one media type.
    package init?(_ field: String) {
        let members = FieldList(field).members
        guard members.count == 1, let member = members.first, member.value == nil else { return nil }
        let halves = member.name.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count == 2, halves.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(FieldCharacters.isToken) }) else { return nil }
        essence = member.name.lowercased()
        self.member = member
    }

    /// The value of a parameter, its name given in lower case.
    package func parameter(_ name: String) -> String? { member.parameter(name) }

    /// How much an `Accept` field wants a media type (given in lower case), in thousandths: 0 not at all, 1000 without one.
    ///
    /// The most specific range counts: `text/html` over `text/*` over `*/*`.
    package static func quality(of essence: String, accept field: String?) -> Int {
        guard let field else { return 1000 }
        let wildcard = essence.prefix { $0 != "/" } + "/*"
        var best = (specificity: 0, quality: 0)
        for member in FieldList(field).members {
            let range = member.name.lowercased()
            let specificity = range == essence ? 3 : range == wildcard ? 2 : range == "*/*" ? 1 : 0
            if specificity > best.specificity { best = (specificity, quality(member.parameter("q"))) }
        }
        return best.quality
    }

    /// Thousandths of `0.123`; a malformed weight counts as none at all.
    private static func quality(_ text: String?) -> Int {
        guard let text else { return 1000 }
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = DecimalDigits.parse(parts[0]) else { return 0 }
        guard parts.count == 2, !parts[1].isEmpty else { return min(whole, 1) * 1000 }
        guard parts[1].utf8.count <= 3, let fraction = DecimalDigits.parse(parts[1]) else { return 0 }
        let scale = [100, 10, 1][parts[1].utf8.count - 1]
        return min(1000, min(whole, 1) * 1000 + fraction * scale)
    }
}
