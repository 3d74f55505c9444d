#!/bin/sh
# backup.sh FOLDER: writes everything that must not be lost into a new folder: the database, then the stored files. Services go on
# meanwhile. Connects as libpq's variables say (PGHOST, PGUSER, PGPASSWORD, …), as a superuser or a role that may read all; DATABASE is
# the database (troupe), STORAGE_PATH the folder of the file service.
#
# The database is one moment; files are copied after it, so that each file that it knows is there, unless it was deleted meanwhile.
# What seals the secrets in the database is not in it: keep the keys and the other secrets elsewhere.
set -eu
folder=${1:?usage: backup.sh FOLDER}
folder=${folder%"${folder##*[!/]}"} # without a slash at its end
: "${STORAGE_PATH:?STORAGE_PATH must name the folder of the stored files}"
[ -d "$STORAGE_PATH" ] || { echo "backup.sh: there is no folder $STORAGE_PATH" >&2; exit 1; }
[ ! -e "$folder" ] || { echo "backup.sh: $folder is there already" >&2; exit 1; }

umask 077
new=$folder.new
rm -rf "$new"
mkdir -p "$new"
pg_dump --format=custom --file="$new/database.dump" "${DATABASE:-troupe}"
# 1 says that a file changed or went away meanwhile, as uploads and deletions make them: those came after the moment of the database.
tar --create --file="$new/files.tar" --directory="$STORAGE_PATH" . || [ $? -eq 1 ]
(cd "$new" && sha256sum database.dump files.tar >sha256sums)
sync "$new/database.dump" "$new/files.tar" "$new/sha256sums"
# Under its name it is complete.
mv "$new" "$folder"
