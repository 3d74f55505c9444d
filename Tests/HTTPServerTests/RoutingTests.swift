import HTTPMessage
import HTTPServer
import Testing

@Suite("Routes")
struct RoutingTests {
    private static let routes: [(method: HTTPMethod, template: String, name: String)] = [
        (.get, "/", "root"), (.get, "/things", "list"), (.post, "/things", "create"), (.get, "/things/{id}", "one"),
        (.get, "/things/mine", "mine"), (.get, "/things/mine/deep/a", "deep"), (.get, "/things/{id}/parts/{part}", "part"),
    ]

    private static func makeRouter() -> Router {
        var router = Router()
        for route in routes { router.add(route.method, route.template) }
        return router
    }

    private func found(_ method: HTTPMethod, _ path: String) -> String {
        switch Self.makeRouter().match(method, target: path) {
        case .found(let number, _, let parameters):
            [Self.routes[number].name, parameters["id"], parameters["part"]].compactMap { $0 }.joined(separator: " ")
        case .methodNotAllowed(let allow): "allow \(allow)"
        case .notFound: "none"
        case .malformed: "malformed"
        }
    }

    @Test(
        "a path finds its route",
        arguments: [
            ("/", "root"), ("/things", "list"), ("/things/", "list"), ("/things/7", "one 7"), ("/things/7/", "one 7"),
            ("/things/mine", "mine"), ("/things/mine/parts/3", "part mine 3"), ("/things/7/parts/a%2Fb", "part 7 a/b"),
            ("/th%69ngs", "list"), ("/things/%C3%A9", "one é"), ("/things//", "none"), ("//things", "none"), ("/thing", "none"),
            ("/things/7/parts", "none"), ("/THINGS", "none"), ("/things/..", "malformed"), ("/things/%2e%2E/x", "malformed"),
            ("/things/%", "malformed"), ("/things/%zz", "malformed"), ("/things/%00", "malformed"), ("/things/%ff", "malformed"),
            ("*", "malformed"), ("", "malformed"),
        ])
    func paths(path: String, route: String) {
        #expect(found(.get, path) == route)
    }

    @Test("a method that the path does not have is named apart from a path that is not there")
    func methods() {
        #expect(found(.post, "/things") == "create")
        #expect(found(.head, "/things/7") == "one 7")
        #expect(found(.delete, "/things") == "allow GET, HEAD, POST")
        #expect(found(.delete, "/nothing") == "none")
    }
}
