import OpenAPI

/// Prints the OpenAPI document.
@main
enum DocumentPrinter {
    static func main() throws {
        print(try OpenAPIDocument.text(), terminator: "")
    }
}
