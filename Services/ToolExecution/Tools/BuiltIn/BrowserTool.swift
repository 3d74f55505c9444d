internal import JSON
internal import WireProtocol

/// A page to open, and what to do there.
struct BrowseArguments: Codable, Sendable, WireRules {
    var url: String
    var steps: [BrowseStep]?
    var hosts: [String]?
    var screenshot: Bool?
    var maxCharacters: Int?

    static var rules: [Rule] {
        [
            .length(CodingKeys.url, 1...8000), .describe(CodingKeys.url, "http or https.", example: "https://example.com/"),
            .count(CodingKeys.steps, 0...50), .describe(CodingKeys.steps, "What to do on the page, one after another."),
            .count(CodingKeys.hosts, 0...16), .elementLength(CodingKeys.hosts, 1...260),
            .describe(
                CodingKeys.hosts, "Hosts beside the page's own that it may load from: `cdn.example.com`, `*.example.net`.",
                example: ["cdn.example.com"]),
            .describe(CodingKeys.screenshot, "Whether to save a picture of what is to be seen in the end, as screenshot.png."),
            .range(CodingKeys.maxCharacters, 100...500_000), .defaultValue(CodingKeys.maxCharacters, 20_000),
            .describe(CodingKeys.maxCharacters, "How much of the page's text is returned."),
        ]
    }
}

/// One thing to do on a page: one of `open`, `click`, `fill` and `press`.
struct BrowseStep: Codable, Sendable, WireRules {
    var open: String?
    var click: String?
    var fill: String?
    var text: String?
    var press: String?

    static var rules: [Rule] {
        [
            .length(CodingKeys.open, 1...8000), .describe(CodingKeys.open, "A URL to go to."),
            .length(CodingKeys.click, 1...1000), .describe(CodingKeys.click, "A CSS selector; the first that matches is clicked."),
            .length(CodingKeys.fill, 1...1000), .describe(CodingKeys.fill, "A CSS selector; the first that matches gets the text."),
            .length(CodingKeys.text, 0...100_000), .describe(CodingKeys.text, "What is typed by fill."),
            .length(CodingKeys.press, 1...16), .describe(CodingKeys.press, "Enter, Tab, Escape, or an arrow or page key."),
        ]
    }
}

/// Pages in a real browser, which runs their scripts. The browser is what a hostile page attacks first: it has a sandbox to itself.
enum BrowserTool {
    private static let browser = "/usr/bin/chromium-headless-shell"
    private static let requirement = Requirement(
        program: browser, install: "apt-get install --yes --no-install-recommends chromium-headless-shell fonts-dejavu-core")
    private static let maximumBytes = 100_000_000

    static func make() throws -> [ToolDefinition] {
        [
            try ToolDefinition(
                "browse",
                """
                Opens a web page in a browser, runs its scripts, clicks, fills and presses keys as told, and returns the address, the title \
                and the text to be seen as JSON. Only the page's own site and the hosts that are named can be reached.
                """, kind: .network, requires: [.python, requirement], takes: BrowseArguments.self
            ) { arguments in
                try NetworkTools.program(
                    PackageResources.browse_py, before: "PROGRAM = '\(browser)'\n", arguments,
                    NetworkGrant(
                        hosts: try NetworkTools.site(of: arguments.url, and: arguments.hosts ?? []), maxBytes: maximumBytes),
                    // Its threads count as processes.
                    needs: ToolNeeds(memoryBytes: 1 << 30, processes: 256))
            }
        ]
    }
}
