import Foundation
import Testing

/// Who may open a connection to whom, worked out from the policies as a cluster does it.
@Suite("Network policies")
struct NetworkPolicyTests {
    private func matches(_ selector: Value, _ labels: [String: String]) -> Bool {
        for (key, value) in selector["matchLabels"].object where labels[key] != value.string { return false }
        for expression in selector["matchExpressions"].array {
            let values = expression["values"].array.compactMap(\.string)
            guard expression["operator"].string == "In", values.contains(labels[expression["key"].string ?? ""] ?? "") else { return false }
        }
        return true
    }

    /// Whether a rule's ports hold a port; one without ports holds all.
    private func holds(_ rule: Value, _ port: Double) -> Bool {
        rule["ports"].isNull
            || rule["ports"].array.contains { entry in
                guard let first = entry["port"].number else { return false }
                return first <= port && port <= (entry["endPort"].number ?? first)
            }
    }

    private func allows(_ policies: [Value], _ direction: String, own: [String: String], peer: [String: String], port: Double) -> Bool {
        let (type, rules, peers) = direction == "in" ? ("Ingress", "ingress", "from") : ("Egress", "egress", "to")
        let selecting = policies.filter {
            $0["spec"]["policyTypes"].array.contains(.string(type)) && matches($0["spec"]["podSelector"], own)
        }
        return selecting.isEmpty
            || selecting.contains { policy in
                policy["spec"][rules].array.contains { rule in
                    holds(rule, port)
                        && rule[peers].array.contains {
                            $0["namespaceSelector"].isNull && !$0["podSelector"].isNull && matches($0["podSelector"], peer)
                        }
                }
            }
    }

    @Test("let through what each service is told to call, what keeps its state, and nothing else", .timeLimit(.minutes(15)))
    func edges() async throws {
        let manifests = try await Manifests.overlay("dev")
        let policies = manifests.all("NetworkPolicy")
        var ports: [String: Double] = [:]
        for service in manifests.all("Service") where service["spec"]["clusterIP"].isNull {
            ports[service.name] = service["spec"]["ports"][0]["port"].number
        }
        let settings = try #require(manifests.named("ConfigMap", "troupe"))["data"]
        let secrets = try await Manifests.secrets.value
        var isNeeded: Set<String> = []
        for workload in manifests.workloads {
            for variable in workload.containers.flatMap({ $0["env"].array }) {
                let (plain, secret) = (variable["valueFrom"]["configMapKeyRef"], variable["valueFrom"]["secretKeyRef"])
                let ofSecret = secrets.named("Secret", secret["name"].string ?? "")?["stringData"][secret["key"].string ?? ""].string
                let value = variable["value"].string ?? settings[plain["key"].string ?? ""].string ?? ofSecret ?? ""
                let host = variable["name"].string == "PGHOST" ? value : URLComponents(string: value)?.host
                // An address in the environment is what a process calls; a migration reads its service's settings and calls no service.
                guard let host, ports[host] != nil, host == "postgres" || !workload.name.hasSuffix("-migration") else { continue }
                isNeeded.insert("\(workload.name) → \(host)")
            }
        }
        isNeeded.insert("tool-execution → tool-execution")  // a replica hands on what belongs to another

        var isAllowed: Set<String> = []
        for from in manifests.workloads {
            for to in manifests.workloads {
                guard let port = ports[to.name] else { continue }
                if allows(policies, "out", own: from.podLabels, peer: to.podLabels, port: port),
                    allows(policies, "in", own: to.podLabels, peer: from.podLabels, port: port)
                {
                    isAllowed.insert("\(from.name) → \(to.name)")
                }
            }
        }
        #expect(isNeeded.subtracting(isAllowed).sorted() == [], "needed, and not let through")
        #expect(isAllowed.subtracting(isNeeded).sorted() == [], "let through, and not needed")
    }

    @Test("refuse everything that is not named, in every overlay", .timeLimit(.minutes(15)), arguments: Manifests.overlays)
    func defaultDeny(_ overlay: String) async throws {
        let deny = try #require(try await Manifests.overlay(overlay).named("NetworkPolicy", "default-deny"))
        #expect(deny["spec"]["podSelector"] == .object([:]))
        #expect(deny["spec"]["policyTypes"].array.count == 2)
        #expect(deny["spec"]["ingress"].isNull && deny["spec"]["egress"].isNull)
    }
}
