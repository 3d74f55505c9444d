package import HTTPMessage
internal import JSON

/// Validates and decodes the requests of one endpoint; made once, serves every thread. What it refuses it explains with all wrong places.
package struct RequestDecoder<Request: Codable & Sendable>: Sendable {
    private let schema: JSONSchema
    private let validator: SchemaValidator
    private let unknownFields: JSONCodec.UnknownFields
    private let takesForm: Bool

    /// Throws when the type of the request is no wire type.
    package init<Response>(_ endpoint: Endpoint<Request, Response>) throws {
        schema = try JSONSchema.of(Request.self)
        validator = try SchemaValidator(schema)
        takesForm = endpoint.requestBody == .form
        // RFC 6749, 3.2: a token endpoint ignores parameters that it does not know.
        unknownFields = endpoint.visibility == .internal || takesForm ? .ignored : .refused
    }

    /// From a body of JSON or a form, as the endpoint takes it; an empty body counts as an object without members.
    /// Problems: `malformed_json` or `malformed_request`, `validation_failed`.
    package func decode(body: [UInt8]) throws(Problem) -> Request {
        if takesForm {
            do {
                return try decode(query: try HTTPQuery(decoding: String(validating: body, as: UTF8.self) ?? "%"))
            } catch let problem as Problem {
                throw problem
            } catch {
                throw Problem(.malformedRequest, detail: "The form is not percent-encoded UTF-8.")
            }
        }
        let document: JSONDocument
        do {
            document = try JSONDocument(body.isEmpty ? Array("{}".utf8) : body)
        } catch {
            throw Problem(.malformedJSON, detail: error.description, errors: [FieldError(error)])
        }
        return try decode(document)
    }

    /// From a query. Problem: `validation_failed`.
    package func decode(query: HTTPQuery) throws(Problem) -> Request {
        do {
            return try decode(try JSONDocument(JSONCodec.encode(FormCoding.object(query, schema: schema))))
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(.malformedRequest, detail: "The query cannot be read.")
        }
    }

    private func decode(_ document: JSONDocument) throws(Problem) -> Request {
        // PostgreSQL, where most texts go, keeps none with U+0000.
        let violations = validator.violations(in: document, unknownFields: unknownFields, refusesNUL: true)
        guard violations.isEmpty else { throw Problem(.validationFailed, errors: violations.map(FieldError.init)) }
        do {
            return try JSONCodec.decode(Request.self, from: document, unknownFields: .ignored)
        } catch let error as JSONError {
            throw Problem(.validationFailed, errors: [FieldError(error)])
        } catch {
            throw Problem(.validationFailed)
        }
    }
}

extension FieldError {
    /// The place and the text of an error of the codec.
    fileprivate init(_ error: JSONError) {
        self.init(pointer: error.pointer, detail: error.detail)
    }
}
