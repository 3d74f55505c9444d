/// Every endpoint of the system.
package enum AllEndpoints {
    /// In the order of the document.
    package static let all: [EndpointDescription] = [
        AuthAPI.all,
        APIKeyAPI.all,
        AgentAPI.all,
        ToolExecutionAPI.all,
        CommandAPI.all,
        SandboxControlAPI.all,
        SandboxFileAPI.all,
        LanguageAPI.all,
        E2BAPI.all,
        ToolsAPI.all,
        NetworkAPI.all,
        SecretsAPI.all,
        FileAPI.all,
        SimulationAPI.all,
        GatewayAPI.all,
        ServiceAPI.all,
    ].flatMap { $0 }

    /// What the gateway lets through or answers.
    package static let `public`: [EndpointDescription] = all.filter { $0.visibility == .public }
}
