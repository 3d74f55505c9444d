# Everything of this folder, for the verbs' scripts to source.
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
. "$root/deploy/local/stack/processes.sh"
. "$root/deploy/local/stack/slot.sh"
. "$root/deploy/local/stack/postgres.sh"
. "$root/deploy/local/stack/redis.sh"
. "$root/deploy/local/stack/ports.sh"
. "$root/deploy/local/stack/model.sh"
