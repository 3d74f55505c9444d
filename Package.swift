// swift-tools-version: 6.2
// The dependency table: one line a target. `Tests/ArchitectureTests` compares it with the imports.
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
]

/// A C library of the system: a module map that names it and a header of typed wrappers, no source.
func cLibrary(_ name: String, pkgConfig: String? = nil) -> Target {
    .systemLibrary(name: name, path: "Shared/Runtime/CLibraries/\(name)", pkgConfig: pkgConfig)
}

/// A part of the runtime: it knows nothing of the product. Where C is called, each use of what is not safe is marked `unsafe`.
func runtime(_ name: String, _ dependencies: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies.map { .byName(name: $0) },
        path: "Shared/Runtime/\(name)", exclude: readmes("Shared/Runtime/\(name)"),
        swiftSettings: strict + (dependencies.contains(where: cLibraries.contains) ? [.strictMemorySafety()] : []))
}

let cLibraries: Set<String> = ["CSystem", "CPostgres", "CHiredis", "CCurl", "COpenSSL", "CCrypt", "CYAML"]

/// What every service shares.
func shared(_ name: String, at path: String, _ dependencies: [String], exclude: [String] = []) -> Target {
    .target(
        name: name, dependencies: dependencies.map { .byName(name: $0) },
        path: path, exclude: exclude + readmes(path), swiftSettings: strict)
}

/// Links a release for little memory. LLVM's linker packs the relocations (glibc 2.36, Debian 12 has it) and leaves out the names that
/// nobody looks up; the loader reads both, in every process.
let linkedSmall: LinkerSetting = .unsafeFlags(
    ["-use-ld=lld"] + ["-z", "pack-relative-relocs", "--no-export-dynamic", "--as-needed"].flatMap { ["-Xlinker", $0] },
    .when(configuration: .release))

/// A service: a library with everything in it, and an executable that starts it.
func service(_ folder: String, executable: String, _ dependencies: [String] = []) -> [Target] {
    let library = folder + "Service"
    let all = ["EventLoop", "HTTPMessage", "HTTPServer", "JSON", "PostgresClient", "RedisClient", "Telemetry", "WireProtocol", "ServiceKit", "ServiceClients"]
    return [
        .target(
            name: library, dependencies: (all + dependencies).map { .byName(name: $0) },
            path: "Services/\(folder)", exclude: ["Main"] + readmes("Services/\(folder)") + (folder == "ToolExecution" ? ["Launcher"] : []),
            resources: (withMigrations.contains(folder) ? [.embedInCode("Migrations")] : []) + (folder == "ToolExecution" ? [.embedInCode("Tools/Programs")] : []), swiftSettings: strict),
        .executableTarget(
            name: executable, dependencies: [.byName(name: library), "ServiceKit", "WireProtocol"],
            path: "Services/\(folder)/Main", swiftSettings: strict, linkerSettings: [linkedSmall]),
    ]
}

func tests(_ name: String, _ dependencies: [String], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies.map { .byName(name: $0) },
        path: "Tests/\(name)", exclude: exclude, swiftSettings: strict)
}

/// Measures in a release build; not part of the tests.
func benchmark(_ name: String, at path: String, _ dependencies: [String], exclude: [String] = []) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies.map { .byName(name: $0) }, path: path, exclude: exclude, swiftSettings: strict)
}

func readmes(_ path: String) -> [String] { withREADME.contains(path) ? ["README.md"] : [] }
let withREADME: Set<String> = [
    "Services/Agent",
    "Services/ToolExecution",
    "Shared/Runtime/Cryptography",
    "Services/Auth",
    "Shared/Runtime/EventLoop",
    "Shared/Runtime/HTTPFraming",
    "Shared/Runtime/HTTPServer",
    "Shared/Runtime/Telemetry",
    "Shared/Runtime/RedisClient",
    "Shared/Runtime/HTTPClient",
    "Shared/Runtime/JSON",
    "Shared/Runtime/YAML",
    "Services/File",
    "Shared/Runtime/PostgresClient",
    "Services/Gateway",
    "Services/Simulation",
    "Shared/Service/Journal",
    "Shared/Service/ServiceKit",
    "Shared/Service/ServiceClients",
    "Shared/WireProtocol",
]

/// The services whose folder `Migrations` is embedded in their code.
let withMigrations: Set<String> = ["Agent", "Auth", "File", "Simulation", "ToolExecution"]

let runtimeTargets: [Target] = [
    cLibrary("CSystem"),
    cLibrary("CPostgres", pkgConfig: "libpq"),
    cLibrary("CHiredis"),
    cLibrary("CCurl"),
    cLibrary("COpenSSL"),
    cLibrary("CCrypt"),
    cLibrary("CYAML"),

    runtime("Calendar"),
    runtime("EventLoop", ["CSystem"]),
    runtime("JSON"),
    runtime("HTTPMessage", ["Calendar"]),
    runtime("HTTPFraming", ["HTTPMessage"]),
    runtime("HTTPServer", ["EventLoop", "HTTPMessage", "HTTPFraming"]),
    runtime("HTTPClient", ["EventLoop", "HTTPMessage", "HTTPFraming"]),
    runtime("ExternalHTTP", ["EventLoop", "HTTPClient", "HTTPMessage", "HTTPFraming", "CCurl"]),
    runtime("PostgresClient", ["EventLoop", "CPostgres"]),
    runtime("RedisClient", ["EventLoop", "CHiredis"]),
    runtime("Cryptography", ["JSON", "COpenSSL", "CCrypt"]),
    runtime("Telemetry", ["Calendar", "EventLoop", "JSON"]),
    runtime("YAML", ["CYAML"]),
]

let sharedTargets: [Target] = [
    shared("WireProtocol", at: "Shared/WireProtocol", ["Calendar", "HTTPMessage", "JSON"]),
    shared("OpenAPI", at: "Shared/Service/OpenAPI", ["WireProtocol", "HTTPMessage", "JSON"], exclude: ["Main"]),
    .executableTarget(name: "openapi-document", dependencies: ["OpenAPI"], path: "Shared/Service/OpenAPI/Main", swiftSettings: strict),
    shared("ServiceKit", at: "Shared/Service/ServiceKit", ["EventLoop", "HTTPFraming", "HTTPMessage", "HTTPServer", "HTTPClient", "JSON", "PostgresClient", "Cryptography", "Telemetry", "WireProtocol"]),
    shared("Journal", at: "Shared/Service/Journal", ["EventLoop", "HTTPMessage", "HTTPServer", "PostgresClient", "RedisClient", "ServiceKit", "Telemetry", "WireProtocol"]),
    shared("ServiceClients", at: "Shared/Service/ServiceClients", ["EventLoop", "HTTPMessage", "HTTPClient", "JSON", "WireProtocol", "ServiceKit", "Telemetry"]),
]

var serviceTargets: [Target] = []
serviceTargets += service("Auth", executable: "troupe-auth", ["Cryptography"])
serviceTargets += service("Gateway", executable: "troupe-gateway", ["HTTPClient", "HTTPFraming", "OpenAPI", "Cryptography"])
serviceTargets += service("Agent", executable: "troupe-agent", ["ExternalHTTP", "HTTPClient", "Cryptography", "Journal"])
serviceTargets += service("ToolExecution", executable: "troupe-tool-execution", ["ExternalHTTP", "HTTPClient", "HTTPFraming", "Cryptography"])
serviceTargets += service("File", executable: "troupe-file", ["Cryptography", "HTTPClient"])
serviceTargets += service("Simulation", executable: "troupe-simulation", ["HTTPClient", "Journal", "YAML"])
serviceTargets += [
    .executableTarget(
        name: "troupe-demonstration",
        dependencies: ["EventLoop", "HTTPMessage", "HTTPClient", "JSON", "WireProtocol", "ServiceKit", "ServiceClients"],
        path: "deploy/local/Demonstration", swiftSettings: strict)
]

let testTargets: [Target] = [
    shared(
        "Support", at: "Tests/Support",
        ["EventLoop", "PostgresClient", "Cryptography", "HTTPClient", "HTTPMessage", "HTTPServer", "JSON", "Journal", "ServiceKit", "Telemetry", "WireProtocol", "RedisClient"],
        exclude: ["ScriptedModel"]),
    shared("ScriptedModel", at: "Tests/Support/ScriptedModel", ["EventLoop", "HTTPMessage", "HTTPServer", "JSON"], exclude: ["Main"]),
    .executableTarget(
        name: "scripted-model-server", dependencies: ["EventLoop", "JSON", "ScriptedModel"], path: "Tests/Support/ScriptedModel/Main",
        swiftSettings: strict),
    tests(
        "AgentServiceTests",
        [
            "AgentService", "EventLoop", "HTTPClient", "HTTPMessage", "HTTPServer", "JSON", "Journal", "PostgresClient", "RedisClient", "ScriptedModel", "ServiceClients", "ServiceKit", "Support",
            "Telemetry", "WireProtocol",
        ]),
    tests("JournalTests", ["EventLoop", "Journal", "PostgresClient", "RedisClient", "ServiceKit", "Support", "Telemetry", "WireProtocol"]),
    tests("PostgresClientTests", ["EventLoop", "PostgresClient", "Support"]),
    tests("MigrationTests", ["EventLoop", "PostgresClient", "ServiceKit", "Support"]),
    tests("ArchitectureTests", ["HTTPMessage", "WireProtocol"]),
    tests("DeploymentTests", ["Support"], exclude: ["Image/machine.sh", "Image/container.sh", "Image/seccomp.py", "Image/confined.py", "Guides/follow.py"]),
    tests("FileServiceTests", ["Cryptography", "EventLoop", "FileService", "HTTPClient", "HTTPMessage", "JSON", "PostgresClient", "ServiceKit", "Support", "WireProtocol"]),
    tests("SystemTests", ["EventLoop", "HTTPClient", "HTTPMessage", "JSON", "PostgresClient", "RedisClient", "ScriptedModel", "Support", "WireProtocol"], exclude: ["e2b_script.py"]),
    tests("GatewayServiceTests", ["EventLoop", "GatewayService", "HTTPClient", "HTTPMessage", "HTTPServer", "JSON", "ServiceKit", "Support", "Telemetry", "WireProtocol"]),
    tests("ServiceKitTests", ["Cryptography", "EventLoop", "HTTPClient", "HTTPMessage", "HTTPServer", "JSON", "ServiceClients", "ServiceKit", "Support", "Telemetry", "WireProtocol"]),
    tests("EventLoopTests", ["EventLoop", "Support"]),
    tests("JSONTests", ["JSON"]),
    tests("YAMLTests", ["YAML"]),
    tests(
        "SimulationServiceTests",
        [
            "EventLoop", "HTTPClient", "HTTPMessage", "HTTPServer", "JSON", "Journal", "PostgresClient", "ServiceClients", "ServiceKit", "SimulationService", "Support", "Telemetry",
            "WireProtocol",
        ]),
    tests("OpenAPITests", ["OpenAPI", "WireProtocol", "HTTPMessage", "JSON"]),
    tests("TelemetryTests", ["Telemetry", "EventLoop", "JSON", "Support"]),
    benchmark("benchmark-json", at: "Tests/Benchmarks/JSON", ["JSON"]),
    benchmark(
        "benchmark-runs", at: "Tests/Benchmarks/Runs",
        ["EventLoop", "HTTPClient", "HTTPMessage", "HTTPServer", "JSON", "ScriptedModel", "Support", "WireProtocol"], exclude: ["runs.sh"]),
    benchmark(
        "benchmark-sandbox", at: "Tests/Benchmarks/Sandbox",
        ["EventLoop", "HTTPClient", "HTTPMessage", "JSON", "Support", "Telemetry", "ToolExecutionService", "WireProtocol"],
        exclude: ["measure.py", "sandbox.sh"]),
    benchmark(
        "benchmark-simulations", at: "Tests/Benchmarks/Simulations",
        ["EventLoop", "HTTPClient", "HTTPMessage", "JSON", "Journal", "ScriptedModel", "SimulationService", "Support", "WireProtocol"], exclude: ["simulations.sh"]),
    benchmark("benchmark-streams", at: "Tests/Benchmarks/Streams", ["EventLoop", "HTTPClient", "HTTPMessage"], exclude: ["streams.sh"]),
    benchmark(
        "benchmark-upstream", at: "Tests/Benchmarks/Gateway", ["EventLoop", "HTTPMessage", "HTTPServer", "Support"],
        exclude: ["compare.sh"]),
    benchmark("benchmark-latency", at: "Tests/Benchmarks/Latency", ["HTTPFraming", "HTTPMessage"]),
    benchmark(
        "benchmark-http-server", at: "Tests/Benchmarks/HTTPServer", ["HTTPServer", "HTTPMessage", "EventLoop"],
        exclude: ["compare.sh", "fastapi_peer.py"]),
    tests("WireProtocolTests", ["WireProtocol", "HTTPMessage", "JSON"]),
    tests("HTTPMessageTests", ["HTTPMessage"]),
    tests("HTTPFramingTests", ["HTTPFraming", "HTTPMessage"], exclude: ["reference_parsers.py"]),
    tests("HTTPServerTests", ["HTTPServer", "HTTPFraming", "HTTPMessage", "EventLoop", "Support"]),
    tests("HTTPClientTests", ["ExternalHTTP", "HTTPClient", "HTTPMessage", "HTTPFraming", "EventLoop", "Support"]),
    tests("RedisClientTests", ["RedisClient", "EventLoop", "Support"]),
    tests("CryptographyTests", ["Cryptography"]),
    tests("AuthServiceTests", ["AuthService", "Cryptography", "EventLoop", "HTTPClient", "HTTPMessage", "JSON", "PostgresClient", "ServiceKit", "Support", "WireProtocol"]),
    tests("LauncherTests", ["Support"], exclude: ["ControlGroups"]),
    tests("ToolExecutionServiceTests", ["ToolExecutionService", "Cryptography", "EventLoop", "ExternalHTTP", "HTTPClient", "HTTPMessage", "HTTPServer", "JSON", "PostgresClient", "ServiceKit", "Support", "Telemetry", "WireProtocol"]),
]

let package = Package(name: "Troupe", targets: runtimeTargets + sharedTargets + serviceTargets + testTargets)
