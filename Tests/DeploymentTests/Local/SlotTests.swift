import Foundation
import Testing

/// Who owns a slot of `.local`, and what becomes of its processes however the owner ends.
@Suite("Slots of the local stack")
struct SlotTests {
    /// Takes a slot, starts a process that ends when it is told to and a descendant of it that does not, says so, and waits.
    private static let owner = """
        root=$1 folder=$2 name=$3
        . "$root/deploy/local/stack/stack.sh"
        state=$folder/state
        own_slot test
        mkfifo "$folder/$name.child"
        spawn daemon TERM /bin/bash -c 'setsid /bin/bash -c "trap : TERM; echo \\$\\$ >$0; while :; do sleep 1000; done" & wait' "$folder/$name.child"
        read -r child <"$folder/$name.child"
        recorded daemon
        echo "$slot $(readlink "$slot/sockets") $pid $child" >"$folder/$name"
        if [ "$name" = failing ]; then false; fi
        foreground wait sleep 1000
        """

    /// Begins and ends owners, and says what is left of each.
    private static let scenario = """
        . "$1/deploy/local/stack/stack.sh"
        folder=$2
        begin() { # NAME
            mkfifo "$folder/$1"
            env --default-signal=INT setsid bash "$folder/owner.sh" "$root" "$folder" "$1" >"$folder/$1.log" 2>&1 &
            owner[$1]=$!
            read -r slot_of[$1] sockets_of[$1] daemon[$1] child[$1] <"$folder/$1"
        }
        await() { # NAME
            local status=0
            wait "${owner[$1]}" || status=$?
            echo "$1 ended with $status"
        }
        left() { # NAME
            local left=() process
            for process in "${daemon[$1]}" "${child[$1]}"; do [ -z "$(start_time "$process")" ] || left+=(process); done
            [ ! -e "${sockets_of[$1]}" ] || left+=(sockets)
            echo "$1 left: ${left[*]:-nothing}"
        }
        declare -A owner=() slot_of=() sockets_of=() daemon=() child=()
        begin killed
        begin other
        [ "${slot_of[killed]}" = "${slot_of[other]}" ] || echo "two slots"
        kill -KILL "${owner[killed]}"
        await killed 2>/dev/null
        begin next
        [ "${slot_of[next]}" != "${slot_of[killed]}" ] || echo "the slot of the killed one"
        left killed
        left other
        kill -TERM "${owner[other]}"
        await other
        left other
        kill -INT "${owner[next]}"
        await next
        left next
        begin failing
        await failing
        left failing
        """

    @Test(
        "two owners at once have two slots; nothing is left of one that was told to end or failed, nor of a killed one when the next comes",
        .timeLimit(.minutes(15)))
    func ends() async throws {
        let folder = try TemporaryFolder()
        try Data(Self.owner.utf8).write(to: folder.url.appending(path: "owner.sh"))
        let output = try await Command.run(
            "/bin/bash", ["-c", Self.scenario, "scenario", Repository.root.path, folder.url.path],
            environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/nonexistent"])
        let lines = output.text.split(separator: "\n").map(String.init)
        let expected = [
            "two slots", "killed ended with 137", "the slot of the killed one", "killed left: nothing",
            "other left: process process sockets",
            "other ended with 143", "other left: nothing", "next ended with 130", "next left: nothing", "failing ended with 1",
            "failing left: nothing",
        ]
        #expect(lines == expected, "\(output.standardError)")
    }
}
