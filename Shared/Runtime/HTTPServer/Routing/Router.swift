package import HTTPMessage

/// Finds what belongs to a method and a path among templates such as `/things/{id}/parts`.
///
/// A tree with a level for each segment. A fixed segment counts over `{name}`; a slash at the end makes no difference. Routes are
/// numbered in the order in which they were added: what belongs to each is up to whoever added it.
package struct Router {
    /// What was found.
    package enum Match {
        /// The number of a route, its template, and what the template's parameters stand for.
        case found(Int, template: String, HTTPPathParameters)
        /// The path exists, the method does not; the methods that do, as the value of an `Allow` field.
        case methodNotAllowed(allow: String)
        /// No route has this path.
        case notFound
        /// The path is malformed.
        case malformed
    }

    private struct Route {
        let number: Int
        let method: HTTPMethod
        let template: PathTemplate
    }

    private struct Node {
        var fixed: [(segment: [UInt8], node: Int)] = []
        var parameter: Int?
        var routes: [Route] = []
    }

    private var nodes = [Node()]
    private var count = 0

    /// A router without routes.
    package init() {}

    /// Adds a route. The template starts with a slash; adding the same method and path twice is a mistake in the source and traps.
    package mutating func add(_ method: HTTPMethod, _ template: String) {
        let template = PathTemplate(template)
        var node = 0
        for segment in template.segments {
            node =
                switch segment {
                case .fixed(let text): child(of: node, segment: text)
                case .parameter: child(of: node)
                }
        }
        precondition(!nodes[node].routes.contains { $0.method == method }, "there are two routes for \(method) \(template.text)")
        nodes[node].routes.append(Route(number: count, method: method, template: template))
        count += 1
    }

    /// Finds the route of a method and a target as they were sent. HEAD falls back to GET.
    package func match(_ method: HTTPMethod, target: String) -> Match {
        guard let path = RoutePath(target: target) else { return .malformed }
        guard let node = path.withBytes({ find($0, from: 1, in: 0) }) else { return .notFound }
        guard let route = route(method, at: node) else { return .methodNotAllowed(allow: allowed(nodes[node].routes)) }
        return .found(route.number, template: route.template.text, HTTPPathParameters(of: route.template, in: path))
    }

    private func route(_ method: HTTPMethod, at node: Int) -> Route? {
        let routes = nodes[node].routes
        if let number = routes.firstIndex(where: { $0.method == method }) { return routes[number] }
        return method == .head ? self.route(.get, at: node) : nil
    }

    private func allowed(_ routes: [Route]) -> String {
        var methods = Set(routes.map(\.method.name))
        if methods.contains("GET") { methods.insert("HEAD") }
        return methods.sorted().joined(separator: ", ")
    }

    /// The node of a path from a segment's start on.
    private func find(_ path: Span<UInt8>, from start: Int, in node: Int) -> Int? {
        if start >= path.count { return nodes[node].routes.isEmpty ? nil : node }
        let end = path.firstIndex(of: UInt8(ascii: "/"), in: start..<path.count) ?? path.count
        for (segment, child) in nodes[node].fixed where isEqual(segment, path, start..<end) {
            if let found = find(path, from: end + 1, in: child) { return found }
        }
        guard let child = nodes[node].parameter, end > start else { return nil }
        return find(path, from: end + 1, in: child)
    }

    private func isEqual(_ segment: [UInt8], _ path: Span<UInt8>, _ place: Range<Int>) -> Bool {
        guard segment.count == place.count else { return false }
        for offset in segment.indices where segment[offset] != path[place.lowerBound + offset] { return false }
        return true
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
