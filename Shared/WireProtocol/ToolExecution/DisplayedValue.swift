package import JSON

/// A value that code displayed, in the forms that it has; pictures are Base64.
package struct DisplayedValue: Codable, Sendable, Hashable, WireRules {
    package var text: String?
    package var html: String?
    package var markdown: String?
    package var svg: String?
    package var png: String?
    package var jpeg: String?
    package var pdf: String?
    package var latex: String?
    package var javascript: String?
    package var json: JSONValue?
    /// Whether it is the value of the block's last expression.
    package var isMain: Bool?

    package init(
        text: String? = nil, html: String? = nil, markdown: String? = nil, svg: String? = nil, png: String? = nil, jpeg: String? = nil,
        pdf: String? = nil, latex: String? = nil, javascript: String? = nil, json: JSONValue? = nil, isMain: Bool? = nil
    ) {
        self.text = text
        self.html = html
        self.markdown = markdown
        self.svg = svg
        self.png = png
        self.jpeg = jpeg
        self.pdf = pdf
        self.latex = latex
        self.javascript = javascript
        self.json = json
        self.isMain = isMain
    }

    package static var rules: [Rule] {
        [
            .describe(CodingKeys.png, "Base64, as is every other form that is bytes."),
            .describe(CodingKeys.isMain, "Whether it is the value of the block's last expression."),
        ]
    }
}

/// An error that ended code.
package struct RaisedError: Codable, Sendable, Hashable, WireRules {
    package var name: String
    package var value: String
    package var traceback: String

    package init(name: String, value: String, traceback: String) {
        self.name = name
        self.value = value
        self.traceback = traceback
    }

    package static var rules: [Rule] { [.describe(CodingKeys.name, "Its class.", example: "ZeroDivisionError")] }
}
