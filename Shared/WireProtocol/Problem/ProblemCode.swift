package import JSON

/// What went wrong, for programs. The set is open: a reader that meets a newer code gets `.unknown`.
package enum ProblemCode: String, WireEnum {
    // Requests that cannot be read.
    case malformedRequest = "malformed_request"
    case malformedJSON = "malformed_json"
    case validationFailed = "validation_failed"
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case requestTimeout = "request_timeout"
    case bodyTooLarge = "body_too_large"
    case targetTooLong = "target_too_long"
    case unsupportedMediaType = "unsupported_media_type"
    case rangeNotSatisfiable = "range_not_satisfiable"
    case headersTooLarge = "headers_too_large"

    // Who asks.
    case authenticationRequired = "authentication_required"
    case invalidToken = "invalid_token"
    case expiredToken = "expired_token"
    case invalidCredentials = "invalid_credentials"
    case permissionDenied = "permission_denied"
    case userSuspended = "user_suspended"
    case emailTaken = "email_taken"
    case delegationRefused = "delegation_refused"
    case linkExpired = "link_expired"

    // The state of things.
    case conflict
    case preconditionFailed = "precondition_failed"
    case preconditionRequired = "precondition_required"
    case idempotencyKeyReused = "idempotency_key_reused"
    case requestInProgress = "request_in_progress"
    case eventNotYet = "event_not_yet"
    case conversationBusy = "conversation_busy"
    case effectKeyReused = "effect_key_reused"
    case quotaExceeded = "quota_exceeded"
    case rateLimited = "rate_limited"
    case storageFull = "storage_full"

    // Servers.
    case internalError = "internal_error"
    case badGateway = "bad_gateway"
    case unavailable
    case gatewayTimeout = "gateway_timeout"

    // Why a run or an execution failed.
    case modelUnavailable = "model_unavailable"
    case modelRefused = "model_refused"
    case modelNotConfigured = "model_not_configured"
    case stepLimitReached = "step_limit_reached"
    case toolUnavailable = "tool_unavailable"
    case toolDenied = "tool_denied"
    case approvalRequired = "approval_required"
    case sandboxUnavailable = "sandbox_unavailable"
    case sandboxEnded = "sandbox_ended"
    case outcomeUnknown = "outcome_unknown"
    case packagesNotInstalled = "packages_not_installed"

    case unknown

    /// Any text, because codes may be added; the present ones are listed as examples.
    package static var schema: JSONValue {
        ["type": "string", "maxLength": 64, "examples": .array(known.map { .string($0.rawValue) })]
    }
}
