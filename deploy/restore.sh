#!/bin/sh
# restore.sh FOLDER: puts back what backup.sh wrote. All services must be stopped; what the database holds of them is replaced, in one
# transaction, and STORAGE_PATH must be empty or not there. Connects as prepare.sh does, and makes roles that are missing as it does.
#
# Afterwards run the migrations of the version that is to serve: a backup of an older version is brought up to date by them.
set -eu
folder=${1:?usage: restore.sh FOLDER}
here=$(cd "$(dirname "$0")" && pwd)
database=${DATABASE:-troupe}
: "${STORAGE_PATH:?STORAGE_PATH must name the folder of the stored files}"
services="auth agent tool_execution file simulation"

(cd "$folder" && sha256sum --check --quiet --strict sha256sums) || { echo "restore.sh: the backup is damaged" >&2; exit 1; }
if [ -n "$(ls -A "$STORAGE_PATH" 2>/dev/null)" ]; then
    echo "restore.sh: $STORAGE_PATH holds files; move them away first" >&2
    exit 1
fi

"$here/database/prepare.sh"
connected=$(psql --no-psqlrc --tuples-only --no-align --dbname "$database" --command "
    SELECT string_agg(DISTINCT usename, ', ') FROM pg_stat_activity
    WHERE datname = current_database() AND usename = ANY (string_to_array('$services', ' '))")
if [ -n "$connected" ]; then
    echo "restore.sh: services are connected to the database: $connected; stop them first" >&2
    exit 1
fi

export PGOPTIONS='-c client_min_messages=warning'
statements=$(mktemp)
trap 'rm -f "$statements"' EXIT
for service in $services; do echo "DROP SCHEMA IF EXISTS \"$service\" CASCADE;"; done >"$statements"
# Without comments: the one of the extension belongs to whoever made that.
pg_restore --no-comments --file=- "$folder/database.dump" >>"$statements"
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --single-transaction --dbname "$database" --file="$statements" >/dev/null

umask 077
mkdir -p "$STORAGE_PATH"
tar --extract --file="$folder/files.tar" --directory="$STORAGE_PATH"
