internal import HTTPMessage

/// What tool-execution answers about the network of sandboxes.
package enum NetworkAPI {
    /// What the caller's sandboxes asked outside, newest first.
    package static let listNetworkRequests = Endpoint<NetworkRequestQuery, Page<NetworkRequest>>(
        .get, "/api/v1/network-requests", name: "listNetworkRequests", owner: .toolExecution,
        summary: "List what my sandboxes asked outside", auth: .permission(.sandboxesRead))

    /// Every endpoint of the network.
    package static let all: [EndpointDescription] = [listNetworkRequests.description]
}
