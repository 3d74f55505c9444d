/// A recorded schema, compiled once, that checks scanned texts. Immutable: one serves every thread.
///
/// It understands the forms that `JSONSchema` lists. `pattern` and `format` are left to the types, whose initialisers check them anyway.
package struct SchemaValidator: Sendable {
    /// As many violations as one answer names.
    package static let maximumViolations = 32

    private let tables: ShapeTables
    private let root: Int

    /// Throws `UnsupportedSchema` for a form that no recorded schema has.
    package init(_ schema: JSONSchema) throws {
        var compiler = SchemaCompiler(components: schema.components)
        root = try compiler.compile(schema.root)
        tables = compiler.tables
    }

    /// Everything in a text that the schema forbids, up to `maximumViolations`, in the order of the text.
    ///
    /// - Parameter refusesNUL: Whether U+0000 in a string of the schema is a violation too, for who hands texts on to what cannot hold it.
    package func violations(
        in document: JSONDocument, unknownFields: JSONCodec.UnknownFields, refusesNUL: Bool = false
    ) -> [JSONError] {
        withExtendedLifetime(document) {
            tables.withPointers { tables in
                var validation = Validation(document.view, tables, unknownFields, refusesNUL: refusesNUL)
                validation.check(0, root)
                return validation.violations
            }
        }
    }
}

/// Why a schema cannot be compiled.
package struct UnsupportedSchema: Error, Hashable, CustomStringConvertible {
    package let description: String
}
