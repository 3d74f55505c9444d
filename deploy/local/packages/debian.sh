#!/bin/bash
# debian.sh [USE]: installs the packages of debian.list that are missing; without the rights it prints the line to run.
. "$(dirname "$0")/../stack/common.sh"

use=${1:-all}
command -v dpkg-query >/dev/null || fail "this is not a Debian system (no dpkg-query)" \
    "Install what deploy/local/packages/debian.list names by your system's own means; the scripts are written for Debian 12."

declare -A installed
while read -r name status version; do
    [ "$status" = installed ] && installed[${name%%:*}]=$version
done < <(dpkg-query -W -f '${binary:Package} ${db:Status-Status} ${Version}\n')

missing=()
while read -r name floor needed_for _; do
    [[ $name == '#'* || -z $name ]] && continue
    [[ $needed_for == all || $needed_for == "$use" ]] || continue
    version=${installed[$name]:-}
    if [ -z "$version" ] || ! dpkg --compare-versions "${version#*:}" ge "$floor"; then missing+=("$name"); fi
done <"$root/deploy/local/packages/debian.list"
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" != 0 ]; then
    fail "${#missing[@]} Debian packages are missing; installing them needs root. Run this line, then the same command again:" \
        "sudo apt-get update && sudo apt-get install --yes --no-install-recommends ${missing[*]}"
fi
say "installing Debian packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet >&2
apt-get install --yes --quiet --no-install-recommends "${missing[@]}" >&2
