internal import HTTPMessage

/// What tool-execution answers about secrets.
package enum SecretsAPI {
    /// Keeps a secret of the caller's organisation.
    package static let createSecret = Endpoint<CreateSecret, Secret>(
        .post, "/api/v1/secrets", name: "createSecret", owner: .toolExecution, summary: "Keep a secret",
        auth: .permission(.secretsWrite), success: [.created], problems: [.conflict, .quotaExceeded, .unavailable])

    /// The secrets of the caller's organisation, newest first, without their values.
    package static let listSecrets = Endpoint<PageQuery, Page<Secret>>(
        .get, "/api/v1/secrets", name: "listSecrets", owner: .toolExecution, summary: "List the secrets",
        auth: .permission(.secretsRead))

    /// Forgets a secret; it is in no request from now on.
    package static let deleteSecret = Endpoint<NoContent, NoContent>(
        .delete, "/api/v1/secrets/{id}", name: "deleteSecret", owner: .toolExecution, summary: "Delete a secret",
        auth: .permission(.secretsWrite), parameters: [.id(SecretID.self)], success: [.noContent])

    /// Every endpoint of secrets.
    package static let all: [EndpointDescription] = [
        createSecret.description, listSecrets.description, deleteSecret.description,
    ]
}
