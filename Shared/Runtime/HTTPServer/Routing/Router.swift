package import HTTPMessage

/// Finds what belongs to a method and a path among templates such as `/things/{id}/parts`.
///
/// A tree with a level for each segment. A fixed segment counts over `{name}`; a slash at the end makes no difference.
package struct Router<Value> {
    /// What was found.
    package enum Match {
        /// A route.
        case found(Value, template: String, HTTPPathParameters)
        /// The path exists, the method does not; the methods that do, as the value of an `Allow` field.
        case methodNotAllowed(allow: String)
        /// No route has this path.
        case notFound
        /// The path is malformed.
        case malformed
    }

    private struct Route {
        let method: HTTPMethod
        let template: String
        let names: [String]
        let value: Value
    }

    private struct Node {
        var fixed: [(segment: [UInt8], node: Int)] = []
        var parameter: Int?
        var routes: [Route] = []
    }

    private var nodes = [Node()]

    /// A router without routes.
    package init() {}

    /// Adds a route. The template starts with a slash; adding the same method and path twice is a mistake in the source and traps.
    package mutating func add(_ method: HTTPMethod, _ template: String, _ value: Value) {
        precondition(template.hasPrefix("/"), "a template starts with a slash: \(template)")
        var node = 0
        var names: [String] = []
        for segment in template.split(separator: "/") {
            if segment.hasPrefix("{"), segment.hasSuffix("}") {
                names.append(String(segment.dropFirst().dropLast()))
                node = child(of: node)
            } else {
                node = child(of: node, segment: Array(segment.utf8))
            }
        }
        precondition(!nodes[node].routes.contains { $0.method == method }, "there are two routes for \(method) \(template)")
        nodes[node].routes.append(Route(method: method, template: template, names: names, value: value))
    }

    /// Finds the route of a method and a path as it was sent. HEAD falls back to GET.
    package func match(_ method: HTTPMethod, path: Substring) -> Match {
        guard let segments = PathSegments(path) else { return .malformed }
        var captured: [Int] = []
        guard let node = find(segments, from: 0, in: 0, &captured) else { return .notFound }
        let routes = nodes[node].routes
        let route = routes.first { $0.method == method } ?? (method == .head ? routes.first { $0.method == .get } : nil)
        guard let route else { return .methodNotAllowed(allow: allowed(routes)) }
        let values = captured.map { segments.text($0) }
        return .found(route.value, template: route.template, HTTPPathParameters(names: route.names, values: values))
    }

    private func allowed(_ routes: [Route]) -> String {
        var methods = Set(routes.map(\.method.name))
        if methods.contains("GET") { methods.insert("HEAD") }
        return methods.sorted().joined(separator: ", ")
    }

    /// The node of a path, and the segments that stand for parameters.
    private func find(_ segments: PathSegments, from index: Int, in node: Int, _ captured: inout [Int]) -> Int? {
        if index == segments.places.count { return nodes[node].routes.isEmpty ? nil : node }
        for (segment, child) in nodes[node].fixed where segments.isSegment(index, segment) {
            if let found = find(segments, from: index + 1, in: child, &captured) { return found }
        }
        guard let child = nodes[node].parameter, !segments.places[index].isEmpty else { return nil }
        captured.append(index)
        if let found = find(segments, from: index + 1, in: child, &captured) { return found }
        captured.removeLast()
        return nil
    }

    private mutating func child(of node: Int) -> Int {
        if let child = nodes[node].parameter { return child }
        nodes.append(Node())
        nodes[node].parameter = nodes.count - 1
        return nodes.count - 1
    }

    private mutating func child(of node: Int, segment: [UInt8]) -> Int {
        if let known = nodes[node].fixed.first(where: { $0.segment == segment }) { return known.node }
        nodes.append(Node())
        nodes[node].fixed.append((segment, nodes.count - 1))
        return nodes.count - 1
    }
}
