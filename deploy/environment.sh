#!/bin/sh
# environment.sh [FILE]: writes .env from .env.example, with a secret of its own in place of each RANDOM_HEX and RANDOM_BASE64.
# A file that is there is not touched: its secrets are in use.
set -eu
example=$(cd "$(dirname "$0")/.." && pwd)/.env.example
file=${1:-$(dirname "$example")/.env}
if [ -e "$file" ]; then
    echo "$file is there already; it stays as it is" >&2
    exit 1
fi
umask 077
new=$(mktemp "$file.XXXXXX")
trap 'rm -f "$new"' EXIT
while IFS= read -r line; do
    case $line in
    '#'*) ;;
    *RANDOM_HEX) line=${line%RANDOM_HEX}$(head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n') ;;
    *RANDOM_BASE64) line=${line%RANDOM_BASE64}$(head -c 32 /dev/urandom | base64) ;;
    esac
    printf '%s\n' "$line"
done <"$example" >"$new"
# Whoever comes second does not replace what the first one wrote.
ln "$new" "$file"
