/// What the `{name}`s of a template stand for in a path, decoded.
package struct HTTPPathParameters: Hashable, Sendable {
    private let names: [String]
    private let path: RoutePath?
    private let places: [Range<Int>]

    /// None.
    package init() {
        names = []
        path = nil
        places = []
    }

    init(names: [String], path: RoutePath, places: [Range<Int>]) {
        self.names = names
        self.path = path
        self.places = places
    }

    /// The value of a name; nil when the template does not have it.
    package subscript(name: String) -> String? {
        guard let path, let index = names.firstIndex(of: name), index < places.count else { return nil }
        return path.text(places[index])
    }
}
