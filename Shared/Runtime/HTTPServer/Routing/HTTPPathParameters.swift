/// What the `{name}`s of a template stand for in a path, decoded.
package struct HTTPPathParameters: Hashable, Sendable {
    private let names: [String]
    private let values: [String]

    /// Names and their values, in the order of the template.
    package init(names: [String] = [], values: [String] = []) {
        self.names = names
        self.values = values
    }

    /// The value of a name; nil when the template does not have it.
    package subscript(name: String) -> String? {
        zip(names, values).first { $0.0 == name }?.1
    }
}
