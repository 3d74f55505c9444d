#!/bin/sh
# build.sh OUTPUT: compiles the launcher with whichever C compiler there is, and puts the interpreters' drivers beside it,
# into the folder sandbox-drivers.
set -eu
output=$1
here=$(cd "$(dirname "$0")" && pwd)
for compiler in ${CC:-} cc gcc clang; do
    command -v "$compiler" >/dev/null && break
done
drivers=$(dirname "$output")/sandbox-drivers
mkdir -p "$drivers"
cp "$here"/Drivers/* "$drivers"
exec "$compiler" -std=gnu11 -O2 -g -Wall -Wextra -Werror -fPIE -pie -fstack-protector-strong -D_GNU_SOURCE -D_FORTIFY_SOURCE=2 \
    -Wl,-z,relro,-z,now -o "$output" "$here"/*.c
