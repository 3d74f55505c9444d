/// A struct that says more about its fields than their types do.
package protocol WireRules {
    /// The bounds, defaults and examples, each keyed by a `CodingKeys` case.
    static var rules: [Rule] { get }
}

/// Keywords of JSON Schema added to one field.
package struct Rule: Sendable {
    /// The field as it stands in JSON.
    package let key: String
    package let keywords: [JSONValue.Member]
    /// Whether the keywords are about the elements of the array in this field, and not about the field itself.
    package let isAboutElements: Bool

    private init(_ key: any CodingKey, _ keywords: [(String, JSONValue)], isAboutElements: Bool = false) {
        self.key = snakeCase(key.stringValue)
        self.isAboutElements = isAboutElements
        self.keywords = keywords.map { JSONValue.Member(key: $0, value: $1) }
    }

    /// How many characters (Unicode scalars) a string has.
    package static func length(_ key: any CodingKey, _ range: ClosedRange<Int>) -> Rule {
        Rule(key, (range.lowerBound > 0 ? [("minLength", .int(range.lowerBound))] : []) + [("maxLength", .int(range.upperBound))])
    }

    /// How many elements an array has.
    package static func count(_ key: any CodingKey, _ range: ClosedRange<Int>) -> Rule {
        Rule(key, (range.lowerBound > 0 ? [("minItems", .int(range.lowerBound))] : []) + [("maxItems", .int(range.upperBound))])
    }

    /// How many characters each string of an array has.
    package static func elementLength(_ key: any CodingKey, _ range: ClosedRange<Int>) -> Rule {
        Rule(key, [("minLength", .int(range.lowerBound)), ("maxLength", .int(range.upperBound))], isAboutElements: true)
    }

    /// How many members a dictionary has.
    package static func members(_ key: any CodingKey, _ range: ClosedRange<Int>) -> Rule {
        Rule(key, (range.lowerBound > 0 ? [("minProperties", .int(range.lowerBound))] : []) + [("maxProperties", .int(range.upperBound))])
    }

    /// The bounds of an integer.
    package static func range(_ key: any CodingKey, _ range: ClosedRange<Int>) -> Rule {
        Rule(key, [("minimum", .int(range.lowerBound)), ("maximum", .int(range.upperBound))])
    }

    /// The bounds of a number.
    package static func range(_ key: any CodingKey, _ range: ClosedRange<Double>) -> Rule {
        Rule(key, [("minimum", .double(range.lowerBound)), ("maximum", .double(range.upperBound))])
    }

    /// What the receiver takes when an optional field is absent.
    package static func defaultValue(_ key: any CodingKey, _ value: JSONValue) -> Rule {
        Rule(key, [("default", value)])
    }

    /// What the field means, and a value that shows it.
    package static func describe(_ key: any CodingKey, _ text: String, example: JSONValue? = nil) -> Rule {
        Rule(key, [("description", .string(text))] + (example.map { [("examples", .array([$0]))] } ?? []))
    }
}
