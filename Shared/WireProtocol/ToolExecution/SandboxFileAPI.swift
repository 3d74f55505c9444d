internal import HTTPMessage

/// Files in sandboxes: everything in `/home/user` and `/tmp`.
package enum SandboxFileAPI {
    /// The entries of a folder.
    package static let list = Endpoint<SandboxListQuery, SandboxEntries>(
        .get, "/api/v1/sandboxes/{id}/files", name: "listSandboxFiles", owner: .toolExecution, summary: "List a folder of a sandbox",
        auth: .permission(.sandboxesRead), parameters: [.id(SandboxID.self)], problems: problems)

    /// What is known of one entry.
    package static let get = Endpoint<SandboxPathQuery, SandboxEntry>(
        .get, "/api/v1/sandboxes/{id}/files/entry", name: "getSandboxFile", owner: .toolExecution,
        summary: "Get what is known of a file or folder", auth: .permission(.sandboxesRead), parameters: [.id(SandboxID.self)],
        problems: problems)

    /// Removes a file, an empty folder, or a folder with all that is in it.
    package static let remove = Endpoint<SandboxRemovalQuery, NoContent>(
        .delete, "/api/v1/sandboxes/{id}/files/entry", name: "removeSandboxFile", owner: .toolExecution,
        summary: "Remove a file or folder", auth: .permission(.sandboxesWrite), parameters: [.id(SandboxID.self)],
        success: [.noContent], problems: problems)

    /// The bytes of a file.
    package static let read = Endpoint<SandboxPathQuery, NoContent>(
        .get, "/api/v1/sandboxes/{id}/files/content", name: "readSandboxFile", owner: .toolExecution, summary: "Read a file of a sandbox",
        auth: .permission(.sandboxesRead), timeClass: .streaming, parameters: [.id(SandboxID.self)],
        answers: .bytes(mediaType: "*/*"), problems: problems)

    /// The body becomes the file, in place of what was there; folders that are missing are made.
    package static let write = Endpoint<SandboxPathQuery, SandboxEntry>(
        .put, "/api/v1/sandboxes/{id}/files/content", name: "writeSandboxFile", owner: .toolExecution,
        summary: "Write a file of a sandbox", auth: .permission(.sandboxesWrite), timeClass: .streaming,
        parameters: [.id(SandboxID.self)], takes: .bytes, maximumBodySize: nil, problems: problems + [.storageFull])

    /// Makes a folder, and those above it that are missing.
    package static let makeFolder = Endpoint<MakeSandboxFolder, SandboxEntry>(
        .post, "/api/v1/sandboxes/{id}/files/folders", name: "makeSandboxFolder", owner: .toolExecution, summary: "Make a folder",
        auth: .permission(.sandboxesWrite), parameters: [.id(SandboxID.self)], success: [.created], problems: problems)

    /// Moves or renames; what is at the destination is replaced.
    package static let move = Endpoint<MoveSandboxEntry, SandboxEntry>(
        .post, "/api/v1/sandboxes/{id}/files/moves", name: "moveSandboxFile", owner: .toolExecution, summary: "Move a file or folder",
        auth: .permission(.sandboxesWrite), parameters: [.id(SandboxID.self)], problems: problems)

    /// A folder with all that is in it, as a tar archive.
    package static let download = Endpoint<SandboxPathQuery, NoContent>(
        .get, "/api/v1/sandboxes/{id}/files/archive", name: "downloadSandboxFolder", owner: .toolExecution,
        summary: "Download a folder as tar", auth: .permission(.sandboxesRead), timeClass: .streaming,
        parameters: [.id(SandboxID.self)], answers: .bytes(mediaType: "application/x-tar"), problems: problems)

    /// Unpacks a tar archive, compressed or not, into a folder, which is made when it is missing.
    package static let upload = Endpoint<SandboxPathQuery, NoContent>(
        .put, "/api/v1/sandboxes/{id}/files/archive", name: "uploadSandboxFolder", owner: .toolExecution,
        summary: "Upload a folder as tar", auth: .permission(.sandboxesWrite), timeClass: .streaming,
        parameters: [.id(SandboxID.self)], takes: .bytes, success: [.noContent], maximumBodySize: nil, problems: problems + [.storageFull])

    /// The changes in a folder from now on.
    package static let watch = Endpoint<SandboxWatchQuery, NoContent>(
        .get, "/api/v1/sandboxes/{id}/files/events", name: "watchSandboxFiles", owner: .toolExecution,
        summary: "Watch a folder of a sandbox", auth: .permission(.sandboxesRead), timeClass: .streaming,
        parameters: [.id(SandboxID.self)], answers: .events(.of(SandboxChange.self)), problems: problems + [.quotaExceeded])

    private static let problems: [ProblemCode] = [.sandboxEnded, .conflict]

    /// Every endpoint of files in sandboxes.
    package static let all: [EndpointDescription] = [
        list.description, get.description, remove.description, read.description, write.description, makeFolder.description,
        move.description, download.description, upload.description, watch.description,
    ]
}
