import HTTPMessage
import Testing
import WireProtocol

@Suite("A full disk", .serialized, .timeLimit(.minutes(15)))
struct FullDiskTests {
    /// Starts a service with a disk of two megabytes in a folder that only the service sees. Needs no rights but those of sandboxes.
    private static func onSmallDisk(_ folder: String) -> [String] {
        let mount = #"mount -t tmpfs -o size=2m none "$1" && shift && exec "$@""#
        return ["/usr/bin/unshare", "--user", "--map-root-user", "--mount", "/bin/sh", "-c", mount, "sh", folder]
    }

    @Test("an upload that does not fit is refused with 507, leaves nothing behind, and takes no one else's room")
    func upload() async throws {
        try await withSystem(wrappers: { [.file: Self.onSmallDisk($0 + "/files")] }) { system in
            let ada = try await Person.register(system)
            for _ in 0..<3 {
                let refused = try await ada.upload("/api/v1/files?name=large", [UInt8](repeating: 1, count: 3 << 20))
                #expect(refused.status == 507)
                #expect(refused.problem == .storageFull)
            }
            // Of what was refused not a half is left: else there was no room for this.
            let bytes = [UInt8](repeating: 2, count: 3 << 19)
            let file = try await ada.upload("/api/v1/files?name=small", bytes).decode(File.self)
            #expect(try await ada.get("/api/v1/files/\(file.id)/content").body == bytes)
            #expect(try await ada.upload("/api/v1/files?name=more", bytes).status == 507)
            #expect(try await ada.get("/api/v1/files").decode(Page<File>.self).data.map(\.id) == [file.id])
            // It can be read while the disk is full, and deleting makes room.
            #expect(try await ada.delete("/api/v1/files/\(file.id)").status == 204)
            #expect(try await ada.upload("/api/v1/files?name=more", bytes).status == 201)
            #expect(try system[.file].isRunning)
        }
    }
}
