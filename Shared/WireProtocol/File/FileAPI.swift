internal import HTTPMessage

/// What file answers: files of people and of runs.
package enum FileAPI {
    /// Stores the body, whatever its size.
    package static let upload = Endpoint<UploadQuery, File>(
        .post, "/api/v1/files", name: "uploadFile", owner: .file, summary: "Upload a file", auth: .permission(.filesWrite),
        timeClass: .streaming, takes: .bytes, success: [.created], uses: .location, maximumBodySize: nil,
        problems: [.quotaExceeded, .storageFull])

    /// The caller's files, newest first.
    package static let listFiles = Endpoint<FileQuery, Page<File>>(
        .get, "/api/v1/files", name: "listFiles", owner: .file, summary: "List my files", auth: .permission(.filesRead))

    /// What is known of one file.
    package static let getFile = Endpoint<NoContent, File>(
        .get, "/api/v1/files/{id}", name: "getFile", owner: .file, summary: "Get what is known of a file",
        auth: .permission(.filesRead), parameters: [.id(FileID.self)])

    /// The bytes of a file, or a range of them.
    package static let getContent = Endpoint<NoContent, NoContent>(
        .get, "/api/v1/files/{id}/content", name: "getFileContent", owner: .file, summary: "Download a file",
        auth: .permission(.filesRead), timeClass: .streaming, parameters: [.id(FileID.self)], answers: .bytes(mediaType: "*/*"),
        success: [.ok, .partialContent, .notModified], uses: [.entityTag, .range], problems: [.rangeNotSatisfiable])

    /// Makes an address of the content that needs no token.
    package static let signURL = Endpoint<SignURL, SignedURL>(
        .post, "/api/v1/files/{id}/signed-url", name: "createSignedURL", owner: .file,
        summary: "Make a time-limited address of a file", auth: .permission(.filesRead), parameters: [.id(FileID.self)], success: [.created]
    )

    /// The bytes of a file for who has such an address.
    package static let getSignedContent = Endpoint<SignedQuery, NoContent>(
        .get, "/api/v1/files/{id}/signed", name: "getSignedContent", owner: .file, summary: "Download a file by a signed address",
        auth: .public, timeClass: .streaming, parameters: [.id(FileID.self)], answers: .bytes(mediaType: "*/*"),
        success: [.ok, .partialContent, .notModified], uses: [.entityTag, .range], problems: [.linkExpired, .rangeNotSatisfiable])

    /// Removes a file.
    package static let deleteFile = Endpoint<NoContent, NoContent>(
        .delete, "/api/v1/files/{id}", name: "deleteFile", owner: .file, summary: "Delete a file", auth: .permission(.filesWrite),
        parameters: [.id(FileID.self)], success: [.noContent])

    /// Stores what a run saved, for the person on whose behalf the service acts.
    package static let uploadArtifact = Endpoint<ArtifactQuery, File>(
        .post, "/internal/v1/artifacts", name: "uploadArtifact", owner: .file, summary: "Store what a run saved",
        auth: .service(.artifacts), visibility: .internal, timeClass: .streaming, takes: .bytes, success: [.created],
        maximumBodySize: nil, problems: [.quotaExceeded, .storageFull])

    /// Every endpoint of file.
    package static let all: [EndpointDescription] = [
        upload.description, listFiles.description, getFile.description, getContent.description, signURL.description,
        getSignedContent.description, deleteFile.description, uploadArtifact.description,
    ]
}
