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
