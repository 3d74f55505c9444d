/// What the `{name}`s of a template stand for in a path, decoded.
package struct HTTPPathParameters: Sendable {
    private let template: PathTemplate?
    private let path: RoutePath?

    /// None.
    package init() {
        template = nil
        path = nil
    }

    init(of template: PathTemplate, in path: RoutePath) {
        self.template = template
        self.path = path
    }

    /// The value of a name; nil when the template does not have it.
    package subscript(name: String) -> String? {
        guard let path, let number = template?.segments.firstIndex(of: .parameter(name)) else { return nil }
        return path.segment(number)
    }
}
