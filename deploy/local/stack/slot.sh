# A slot is a folder .local/KIND/N with a lock: who holds the lock owns every file and process of it. Two commands at
# once take two slots; the next owner of a slot clears away what a killed one left.
# shellcheck shell=bash

claim_slot() { # KIND
    local number claiming
    mkdir -p "$state"
    # One at a time: while another command looks through the slots, it holds the lock of each for a moment.
    exec {claiming}>"$state/slots.lock"
    flock "$claiming"
    for_free_slots clear_slot
    for number in {1..64}; do
        slot=$state/$1/$number
        mkdir -p "$slot/processes" "$slot/log"
        exec {slot_lock}>"$slot/lock"
        ! flock --nonblock "$slot_lock" || break
        exec {slot_lock}>&-
        slot=
    done
    exec {claiming}>&-
    [ -n "$slot" ] || fail "64 instances are running already (locks in $state/$1)"
    TROUPE_SLOT=$(slot_mark)
    export TROUPE_SLOT # marks all that is started from here on
    sockets=$(mktemp -d /tmp/troupe-XXXXXX) # the path of a UNIX socket is limited to 107 bytes
    ln -sfn "$sockets" "$slot/sockets"
}

# What the processes of a slot have in their environment. In another container the same path may be another clone's.
slot_mark() { echo "$slot@$(stat --format=%d-%i "$slot/lock")"; }

# Runs a command for every slot that nobody owns, with its lock held.
for_free_slots() { # COMMAND…
    local slot slot_lock
    for slot in "$state"/*/[0-9]*; do
        [ -e "$slot/lock" ] || continue
        exec {slot_lock}>"$slot/lock"
        if flock --nonblock "$slot_lock"; then "$@"; else busy+=("$slot"); fi
        exec {slot_lock}>&-
    done
}
busy=()

# Ends every process of the slot and removes its sockets. Needs the lock.
clear_slot() {
    local names name old
    mapfile -t names < <(ls -t "$slot/processes") # the last started first
    for name in "${names[@]}"; do stop "$name"; done
    stop_marked
    old=$(readlink "$slot/sockets" || true)
    [[ $old == /tmp/troupe-?????? ]] && rm -rf "$old"
    rm -f "$slot/sockets"
}

# Owns a slot until the script ends, however it ends.
own_slot() { # KIND
    claim_slot "$1"
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap 'exit 129' HUP
    trap 'status=$?; trap "" INT TERM HUP; clear_slot; exit $status' EXIT
}
