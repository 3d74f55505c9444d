#!/bin/bash
# debian.sh [bench]: installs the packages of debian.list that are missing; without the rights it prints the line to run.
. "$(dirname "$0")/../stack/common.sh"

command -v dpkg-query >/dev/null || fail "this is not a Debian system (no dpkg-query)" \
    "Install what deploy/local/packages/debian.list names by your system's own means; the scripts are written for Debian 12."

# One at a time on this machine: apt does not wait for another one that reads its lists, and two may share `.local`.
lock_machine packages

declare -A installed
while read -r name status version; do
    [ "$status" = installed ] && installed[${name%%:*}]=$version
done < <(dpkg-query -W -f '${binary:Package} ${db:Status-Status} ${Version}\n')

missing=() to_unpack=()
while read -r name floor how _; do
    case $how in
    install | "${1:-}")
        version=${installed[$name]:-}
        if [ -z "$version" ] || ! dpkg --compare-versions "${version#*:}" ge "$floor"; then missing+=("$name"); fi
        ;;
    unpack | "unpack-${1:-}") [ -e "$state/debian/$name.unpacked" ] || to_unpack+=("$name") ;;
    esac
done < <(grep --invert-match '^#' "$root/deploy/local/packages/debian.list")

if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" != 0 ]; then
        fail "${#missing[@]} Debian packages are missing; installing them needs root. Run this line, then the same command again:" \
            "sudo apt-get update && sudo apt-get install --yes --no-install-recommends ${missing[*]}"
    fi
    say "installing Debian packages: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update --quiet >&2
    apt-get install --yes --quiet -o DPkg::Lock::Timeout=600 --no-install-recommends "${missing[@]}" >&2
fi

for name in "${to_unpack[@]}"; do
    say "unpacking the Debian package $name into .local/debian"
    download=$(mktemp -d /tmp/troupe-XXXXXX)
    # Apt's own user downloads, when apt is run by root.
    chmod 755 "$download"
    [ "$(id -u)" != 0 ] || chown _apt "$download"
    (cd "$download" && apt-get download --quiet "$name" >&2) || fail "the Debian package $name cannot be downloaded" \
        "If apt knows no packages yet, root has to run: apt-get update"
    mkdir -p "$state/debian"
    dpkg-deb --extract "$download/$name"_*.deb "$state/debian"
    touch "$state/debian/$name.unpacked"
    rm -rf "$download"
done
