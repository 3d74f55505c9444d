extension ProblemCode {
    /// The status of an answer with this code.
    package var status: Int {
        switch self {
        case .malformedRequest, .malformedJSON: 400
        case .authenticationRequired, .invalidToken, .expiredToken, .invalidCredentials: 401
        case .permissionDenied, .userSuspended, .delegationRefused, .linkExpired, .quotaExceeded, .toolDenied, .approvalRequired: 403
        case .notFound: 404
        case .methodNotAllowed: 405
        case .requestTimeout: 408
        case .emailTaken, .conflict, .requestInProgress, .eventNotYet, .conversationBusy, .effectKeyReused, .modelNotConfigured,
            .stepLimitReached, .sandboxEnded, .outcomeUnknown:
            409
        case .preconditionFailed: 412
        case .bodyTooLarge: 413
        case .targetTooLong: 414
        case .unsupportedMediaType: 415
        case .rangeNotSatisfiable: 416
        case .validationFailed, .idempotencyKeyReused, .packagesNotInstalled: 422
        case .preconditionRequired: 428
        case .rateLimited: 429
        case .headersTooLarge: 431
        case .internalError, .unknown: 500
        case .badGateway, .modelRefused: 502
        case .unavailable, .modelUnavailable, .toolUnavailable, .sandboxUnavailable: 503
        case .gatewayTimeout: 504
        case .storageFull: 507
        }
    }

    /// The code in a few words.
    package var title: String {
        switch self {
        case .malformedRequest: "The request is malformed"
        case .malformedJSON: "The body is not JSON"
        case .validationFailed: "The request does not match its schema"
        case .notFound: "Not found"
        case .methodNotAllowed: "Method not allowed"
        case .requestTimeout: "The request took too long"
        case .bodyTooLarge: "The body is too large"
        case .targetTooLong: "The path and query are too long"
        case .unsupportedMediaType: "Unsupported media type"
        case .rangeNotSatisfiable: "The range is outside the content"
        case .headersTooLarge: "The headers are too large"
        case .authenticationRequired: "A token is required"
        case .invalidToken: "The token is not valid"
        case .expiredToken: "The token has expired"
        case .invalidCredentials: "The e-mail address or the password is wrong"
        case .permissionDenied: "Permission denied"
        case .userSuspended: "The account is suspended"
        case .emailTaken: "The e-mail address is registered already"
        case .delegationRefused: "The right to act for this person has ended"
        case .linkExpired: "The link has expired or is not valid"
        case .conflict: "In conflict with the present state"
        case .preconditionFailed: "It has changed since it was read"
        case .preconditionRequired: "If-Match is required"
        case .idempotencyKeyReused: "The idempotency key was used for another request"
        case .requestInProgress: "The first request with this key is still being worked on"
        case .eventNotYet: "There is no such event yet"
        case .conversationBusy: "The conversation has a run in progress"
        case .effectKeyReused: "The effect key was used for another call"
        case .quotaExceeded: "The quota is used up"
        case .rateLimited: "Too many requests"
        case .storageFull: "There is no room for it"
        case .internalError: "Internal error"
        case .badGateway: "The service gave no valid answer"
        case .unavailable: "Temporarily unavailable"
        case .gatewayTimeout: "The service did not answer in time"
        case .modelUnavailable: "The model cannot be reached"
        case .modelRefused: "The model refused the call"
        case .modelNotConfigured: "No model is configured"
        case .stepLimitReached: "The limit of steps was reached"
        case .toolUnavailable: "The tool cannot be reached"
        case .toolDenied: "The policy forbids this tool"
        case .approvalRequired: "A person has to agree to this call"
        case .sandboxUnavailable: "No sandbox can be started"
        case .sandboxEnded: "The sandbox has ended"
        case .outcomeUnknown: "It is not known whether the call took effect"
        case .packagesNotInstalled: "The packages cannot be installed"
        case .unknown: "Unknown problem"
        }
    }
}
