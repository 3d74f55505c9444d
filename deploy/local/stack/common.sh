# What every script here begins with: strict mode, the project's folders, and one way to speak.
# shellcheck shell=bash
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../.." && pwd -P)
state=$root/.local
python=$state/python/bin/python3
started_at=$EPOCHSECONDS
cd "$root"

# Progress goes to stderr, so that what a verb prints stays its own.
say() { printf '[%3d s] %s\n' $((EPOCHSECONDS - started_at)) "$*" >&2; }

fail() {
    printf '\nerror: %s\n' "$1" >&2
    shift
    [ $# -eq 0 ] || printf '       %s\n' "$@" >&2
    exit 1
}

# Holds a lock that all instances on this machine share, whoever they belong to. Sets `machine_lock`, which children must not keep.
lock_machine() { # NAME
    local file=/tmp/troupe-$1.lock
    # Made by whoever comes first; others may only read it, which is enough to lock it.
    [ -e "$file" ] || (umask 022 && : >"$file") || true
    exec {machine_lock}<"$file"
    flock --nonblock "$machine_lock" || { say "waiting for another instance ($1)" && flock "$machine_lock"; }
}
unlock_machine() { exec {machine_lock}<&-; }
exec {machine_lock}</dev/null
