import Foundation
import Testing

@Suite("k8s")
struct ManifestTests {
    /// `troupe/auth` or `registry/troupe/auth:1.0.0` → `auth`; nil for images that are not ours.
    private func service(of container: Value) -> String? {
        guard let name = container["image"].string?.split(separator: "/").last?.split(separator: ":").first.map(String.init) else {
            return nil
        }
        return DeclaredSettings.services.contains(name) && container["image"].string?.contains("troupe/") == true ? name : nil
    }

    @Test(
        "every overlay is valid by Kubernetes' own schemas, of the oldest version that can run it and of the newest known",
        .timeLimit(.minutes(15)), arguments: Manifests.overlays.map { "overlays/" + $0 } + ["node"])
    func schemas(_ folder: String) async throws {
        let manifests = try await Manifests.of(folder)
        for version in ["1.33", "1.37"] { #expect(try await manifests.schemaProblems(version: version) == "", "\(folder), \(version)") }
    }

    @Test(
        "every overlay sets every setting that a service needs, and none that it does not read", .timeLimit(.minutes(15)),
        arguments: Manifests.overlays)
    func settings(_ overlay: String) async throws {
        let declared = try await DeclaredSettings.all.value
        let manifests = try await Manifests.overlay(overlay)
        var seen: Set<String> = []
        for workload in manifests.workloads {
            for container in workload.containers {
                guard let service = service(of: container), container["command"].isNull else { continue }
                seen.insert(service)
                let settings = try #require(declared.first { $0.service == service })
                // A variable that only others are made of.
                let names = Set(container["env"].array.compactMap { $0["name"].string }).subtracting(["POD_NAME"])
                    .union(try Dockerfile().environment(service).keys.filter { $0 != "PATH" })
                #expect(settings.problems(of: names, in: "k8s/overlays/\(overlay), \(workload.name)") == [])
                for variable in container["env"].array {
                    let isSecret = settings.settings.first { $0.name == variable["name"].string }?.isSecret == true
                    #expect(
                        isSecret == !variable["valueFrom"]["secretKeyRef"].isNull,
                        "\(overlay), \(workload.name): \(variable["name"].string ?? "") is \(isSecret ? "" : "no ")secret")
                }
            }
        }
        #expect(seen == Set(DeclaredSettings.services))
    }

    @Test(
        "every ConfigMap and Secret that is named has the key that is asked of it", .timeLimit(.minutes(15)), arguments: Manifests.overlays)
    func references(_ overlay: String) async throws {
        let manifests = try await Manifests.overlay(overlay)
        let secrets = try await Manifests.secrets.value
        #expect(try await secrets.schemaProblems(version: "1.37") == "")
        for workload in manifests.workloads {
            for variable in workload.containers.flatMap({ $0["env"].array }) {
                for (kind, source, data) in [
                    ("ConfigMap", variable["valueFrom"]["configMapKeyRef"], "data"),
                    ("Secret", variable["valueFrom"]["secretKeyRef"], "stringData"),
                ] where !source.isNull {
                    let name = try #require(source["name"].string), key = try #require(source["key"].string)
                    let holder = kind == "Secret" ? secrets.named(kind, name) : manifests.named(kind, name)
                    #expect(holder?[data][key].string != nil, "\(overlay), \(workload.name): \(kind) \(name) has no \(key)")
                }
            }
            for volume in workload.pod["volumes"].array where !volume["configMap"].isNull {
                let name = volume["configMap"]["name"].string ?? ""
                #expect(manifests.named("ConfigMap", name) != nil, "\(overlay), \(workload.name): there is no ConfigMap \(name)")
            }
        }
    }

    @Test("Secrets are made of a file that has all of them, or none are made", .timeLimit(.minutes(15)))
    func incompleteSecrets() async throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "env"), incomplete = folder.url.appending(path: "incomplete")
        try await Command.succeed(Repository.file("deploy/environment.sh").path, [file.path])
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
        let example = EnvironmentFile(try Repository.text(".env.example"))
        let names = example.names.filter { example.values[$0]?.contains("RANDOM_") == true }
        #expect(names.count > 15)
        for name in names {
            let rest = lines.filter { !$0.hasPrefix(name + "=") }.joined(separator: "\n")
            try Data(rest.utf8).write(to: incomplete)
            let output = try await Command.run(Repository.file("k8s/secrets.sh").path, [incomplete.path])
            #expect(output.status != 0 && output.text == "", "without \(name)")
            #expect(output.standardError.contains("has no \(name)\n"), "\(output.standardError)")
        }
    }

    @Test("a model runs where it is asked, and there it is told its limits", .timeLimit(.minutes(15)), arguments: Manifests.overlays)
    func model(_ overlay: String) async throws {
        let manifests = try await Manifests.overlay(overlay)
        let settings = try #require(manifests.named("ConfigMap", "troupe"))["data"]
        let isAsked = URLComponents(string: settings["MODEL_URL"].string ?? "")?.host == "model"
        for kind in ["Deployment", "Service", "NetworkPolicy"] { #expect((manifests.named(kind, "model") != nil) == isAsked, "\(kind)") }
        let example = EnvironmentFile(try Repository.text(".env.example"))
        for name in ["MODEL_MAX_TOKENS", "MODEL_CONTEXT_TOKENS"] {
            #expect(settings[name].string == (isAsked ? example.values[name] : "0"), "\(name)")
        }
    }

    @Test(
        "every image is named with its tag, and ours are those that the Dockerfile has", .timeLimit(.minutes(15)),
        arguments: Manifests.overlays)
    func images(_ overlay: String) async throws {
        for workload in try await Manifests.overlay(overlay).workloads {
            for container in workload.containers {
                let image = try #require(container["image"].string)
                let tag = image.split(separator: "/").last?.split(separator: ":").dropFirst().first
                #expect(tag != nil && tag != "latest", "\(image)")
                guard image.contains("troupe/") else { continue }
                let target = try #require(image.split(separator: "/").last?.split(separator: ":").first)
                #expect(try Repository.text("deploy/Dockerfile").contains(" AS \(target)\n"), "\(image)")
            }
        }
    }

    @Test(
        "every pod is restricted; tool-execution alone has what its sandbox needs", .timeLimit(.minutes(15)), arguments: Manifests.overlays)
    func restricted(_ overlay: String) async throws {
        for workload in try await Manifests.overlay(overlay).workloads {
            let pod = workload.pod, name = "\(overlay), \(workload.name)"
            let makesSandboxes = workload.name == "tool-execution"
            #expect(pod["automountServiceAccountToken"].bool == false, "\(name)")
            #expect(pod["securityContext"]["runAsNonRoot"].bool == true, "\(name)")
            for forbidden in ["hostNetwork", "hostPID", "hostIPC"] { #expect(pod[forbidden].isNull, "\(name)") }
            for volume in pod["volumes"].array { #expect(volume["hostPath"].isNull, "\(name)") }
            let profile = pod["securityContext"]["seccompProfile"]
            #expect(profile["type"].string == (makesSandboxes ? "Localhost" : "RuntimeDefault"), "\(name)")
            #expect(pod["hostUsers"].bool == (makesSandboxes ? false : nil), "\(name)")
            for container in workload.containers {
                let context = container["securityContext"]
                #expect(context["allowPrivilegeEscalation"].bool == false, "\(name)")
                #expect(context["readOnlyRootFilesystem"].bool == true, "\(name)")
                #expect(context["capabilities"]["drop"] == .array([.string("ALL")]), "\(name)")
                #expect(context["capabilities"]["add"].isNull && context["privileged"].isNull, "\(name)")
                #expect(context["procMount"].string == (makesSandboxes ? "Unmasked" : nil), "\(name)")
                for limit in ["cpu", "memory"] {
                    #expect(!container["resources"]["limits"][limit].isNull, "\(name)")
                    #expect(!container["resources"]["requests"][limit].isNull, "\(name)")
                }
            }
        }
        // The profile is the one that ../node puts on the nodes, under the name by which it is asked for.
        let installed = try await Manifests.of("node").workloads.flatMap(\.containers).compactMap { $0["command"].array.last?.string }
        #expect(installed.contains("/node/tool-execution.json"))
    }

    @Test("what serves has probes, is scaled, and is not taken away all at once", .timeLimit(.minutes(15)), arguments: Manifests.overlays)
    func serving(_ overlay: String) async throws {
        let manifests = try await Manifests.overlay(overlay)
        for workload in manifests.all("Deployment", "StatefulSet") where workload.containers.contains(where: { service(of: $0) != nil }) {
            let container = try #require(workload.containers.first)
            for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
                let port = container[probe]["httpGet"]["port"].string
                #expect(container["ports"].array.contains { $0["name"].string == port }, "\(workload.name) \(probe)")
            }
            // 20 s for requests; then sandboxes end, and what they did is stored.
            let preparation = container["lifecycle"]["preStop"]["sleep"]["seconds"].number ?? 0
            let needed = preparation + 20 + (workload.name == "tool-execution" ? 10 : 0)
            #expect(workload.pod["terminationGracePeriodSeconds"].number ?? 30 >= needed, "\(workload.name)")
            // Files are on a volume of one node.
            let isScaled = workload.name != "file"
            let scaler = manifests.named("HorizontalPodAutoscaler", workload.name)
            #expect((scaler?["spec"]["scaleTargetRef"]["kind"].string == workload["kind"].string) == isScaled, "\(workload.name)")
            #expect(workload["spec"]["replicas"].isNull == isScaled, "\(workload.name): the autoscaler says how many")
            let budget = manifests.named("PodDisruptionBudget", workload.name)
            #expect((budget?["spec"]["selector"] == workload["spec"]["selector"]) == isScaled, "\(workload.name)")
        }
        let ingress = try #require(manifests.named("Ingress", "gateway"))
        let host = try #require(ingress["spec"]["rules"][0]["host"].string)
        #expect(ingress["spec"]["tls"][0]["hosts"] == .array([.string(host)]))
        let settings = try #require(manifests.named("ConfigMap", "troupe"))
        for name in ["PUBLIC_URL", "TOKEN_ISSUER"] { #expect(settings["data"][name].string == "https://" + host) }
        let backend = ingress["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["name"].string
        #expect(manifests.all("Ingress").count == 1 && backend == "gateway")
    }

    @Test(
        "a migration runs for every service that has tables, and nothing else may change them", .timeLimit(.minutes(15)),
        arguments: Manifests.overlays)
    func migrations(_ overlay: String) async throws {
        let manifests = try await Manifests.overlay(overlay)
        let owners = manifests.workloads.filter { workload in
            workload.containers.contains { $0["env"].array.contains { $0["name"].string == "DATABASE_OWNER_URL" } }
        }
        let withTables = Set(DeclaredSettings.services).subtracting(DeclaredSettings.withoutTables)
        #expect(owners.map(\.name).sorted() == withTables.map { $0 + "-migration" }.sorted())
        for owner in owners {
            #expect(owner["kind"].string == "Job")
            #expect(owner.containers.first?["args"] == .array([.string("migrate")]))
        }
    }
}
