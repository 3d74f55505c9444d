import Foundation
import Testing

@Suite("Prometheus and Grafana")
struct MonitoringTests {
    private struct Dashboard: Decodable {
        var panels: [Panel]

        struct Panel: Decodable {
            var id: Int
            var title: String
            var targets: [Target]
        }

        struct Target: Decodable { var expr: String }
    }

    private func dashboard() throws -> Dashboard {
        try JSONDecoder().decode(Dashboard.self, from: Data(contentsOf: Repository.file("deploy/grafana/troupe.json")))
    }

    /// The metrics that a text names, without what a histogram adds to its name.
    private func metrics(in text: String) -> Set<String> {
        Set(
            text.matches(of: /\b(?:http|troupe|gen_ai)_[a-z0-9_]+/).map { match in
                ["_bucket", "_sum", "_count"].reduce(String(match.0)) { $0.hasSuffix($1) ? String($0.dropLast($1.count)) : $0 }
            })
    }

    /// What the services count, and by which labels: the names in the calls of the registry of metrics.
    private func declared() throws -> (metrics: Set<String>, labels: Set<String>) {
        var metrics: Set<String> = []
        var labels: Set<String> = ["service", "instance", "job", "le", "alertname", "severity"]
        for folder in ["Shared", "Services"] {
            let files = FileManager.default.enumerator(at: Repository.file(folder), includingPropertiesForKeys: nil)
            while let file = files?.nextObject() as? URL {
                guard file.pathExtension == "swift" else { continue }
                let text = try String(contentsOf: file, encoding: .utf8)
                for match in text.matches(of: /\.(?:counters?|gauges?|histograms?)\(\s*"([a-z0-9_]+)"[^)]*\)/) {
                    metrics.insert(String(match.1))
                    for list in match.0.matches(of: /labels: \[([^\]]*)\]/) {
                        labels.formUnion(list.1.matches(of: /"([a-z_]+)"/).map { String($0.1) })
                    }
                }
            }
        }
        return (metrics, labels)
    }

    @Test("every metric and label that rules and dashboard name is one that the services have")
    func names() throws {
        let (metrics, labels) = try declared()
        #expect(metrics.contains("http_server_request_duration_seconds"))
        let rules = try Repository.text("deploy/prometheus/rules.yml")
        let expressions = try dashboard().panels.flatMap(\.targets).map(\.expr)
        // Labels of metrics begin as metrics do; they are known, too.
        for text in [rules] + expressions {
            #expect(self.metrics(in: text).subtracting(metrics).subtracting(labels).sorted() == [], "\(text)")
        }
        for text in [rules] + expressions {
            let used = text.matches(of: /[{,]\s*([a-z_]+)(?:=|!=|=~)"/).map { String($0.1) }
            let grouped = text.matches(of: /by \(([a-z_, ]+)\)/).flatMap {
                $0.1.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            }
            #expect(Set(used + grouped).subtracting(labels).sorted() == [], "\(text)")
        }
    }

    @Test("promtool finds no fault with the configuration and the rules, and the rules fire when they should", .timeLimit(.minutes(15)))
    func promtool() async throws {
        let folder = Repository.file("deploy/prometheus").path
        for arguments in [["check", "config", folder + "/prometheus.yml"], ["test", "rules", folder + "/rules_test.yml"]] {
            let output = try await Command.run(Tool.promtool.path, arguments)
            #expect(output.status == 0, "\(output.text)\(output.standardError)")
        }
        // Each alert is tried.
        let tried = try Repository.text("deploy/prometheus/rules_test.yml")
        for match in try Repository.text("deploy/prometheus/rules.yml").matches(of: /- alert: (\w+)/) {
            #expect(tried.contains("alertname: \(match.1)\n"), "\(match.1)")
        }
    }

    @Test("every query of the dashboard is one that Prometheus understands", .timeLimit(.minutes(15)))
    func queries() async throws {
        let panels = try dashboard().panels
        #expect(Set(panels.map(\.id)).count == panels.count)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        var rules = "groups:\n  - name: dashboard\n    rules:\n"
        for (number, target) in panels.flatMap(\.targets).enumerated() {
            let expression = target.expr.replacingOccurrences(of: "$__rate_interval", with: "5m")
            let quoted = String(decoding: try encoder.encode(expression), as: UTF8.self)
            rules += "      - { record: \"query:\(number)\", expr: \(quoted) }\n"
        }
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "rules.yml")
        try Data(rules.utf8).write(to: file)
        let output = try await Command.run(Tool.promtool.path, ["check", "rules", file.path])
        #expect(output.status == 0, "\(output.text)\(output.standardError)")
    }

    @Test("Prometheus asks the services of docker-compose.yml where they answer", .timeLimit(.minutes(15)))
    func targets() async throws {
        let project = try await ComposeProject.project.value
        var asked: Set<String> = []
        let pattern = /(?:targets: \["|names: \[")([a-z-]+)(?::|"\], type: A, port: )(\d+)/
        for match in try Repository.text("deploy/prometheus/prometheus.yml").matches(of: pattern) {
            let name = String(match.1)
            asked.insert(name)
            let target = try #require(project.services[name]?.target, "\(name)")
            let exposed = try Dockerfile().image(target).instructions.filter { $0.keyword == "EXPOSE" }.map(\.text).joined(separator: " ")
            #expect(exposed.split(separator: " ").contains(match.2), "\(name)")
        }
        let serving = project.services.filter { $0.value.target != nil && $0.value.restart != "no" && $0.key != "model" }
        #expect(asked == Set(serving.keys))
    }
}
