# Everything of this folder, for the verbs' scripts to source.
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
for part in processes tests slot ports postgres redis database model launcher secrets services instance; do
    # shellcheck source=/dev/null
    . "$root/deploy/local/stack/$part.sh"
done
