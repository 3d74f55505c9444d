internal import HTTPMessage
internal import Telemetry

/// How long the requests of one route took. The series are found by method and status, without making text of either for each request.
final class RouteDurations {
    private let family: MetricFamily<Histogram>
    private let route: String
    private var series: [(method: HTTPMethod, status: HTTPStatus, histogram: Histogram)] = []

    init(_ family: MetricFamily<Histogram>, route: String) {
        self.family = family
        self.route = route
    }

    func observe(_ seconds: Double, _ method: HTTPMethod, _ status: HTTPStatus) {
        for known in series where known.status == status && known.method == method { return known.histogram.observe(seconds) }
        // Methods that nobody has heard of are counted together, and not kept here: strangers could make any number of them.
        guard case .other = method else {
            let histogram = family.labelled(route, method.name, String(status.code))
            histogram.observe(seconds)
            return series.append((method, status, histogram))
        }
        family.labelled(route, "other", String(status.code)).observe(seconds)
    }
}
