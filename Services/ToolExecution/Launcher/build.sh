#!/bin/sh
# build.sh OUTPUT: compiles the launcher with whichever C compiler there is, and puts what else sandboxes are made of beside it, into
# the folder sandbox-drivers: the interpreters' drivers, and the launcher again as the library that a zygote loads.
set -eu
output=$1
here=$(cd "$(dirname "$0")" && pwd)
for compiler in ${CC:-} cc gcc clang; do
    command -v "$compiler" >/dev/null && break
done
drivers=$(dirname "$output")/sandbox-drivers
mkdir -p "$drivers"
cp "$here"/Drivers/* "$drivers"
objects=$(mktemp -d)
trap 'rm -r "$objects"' EXIT
# Once for both: without visible names but one, what a library's code does is what a program's does.
for source in "$here"/*/*.c; do
    "$compiler" -std=gnu11 -O2 -g -Wall -Wextra -Werror -fstack-protector-strong -D_GNU_SOURCE -D_FORTIFY_SOURCE=2 -I "$here" \
        -fPIC -fvisibility=hidden -c -o "$objects/$(basename "$source").o" "$source"
done
options="-Wl,-z,relro,-z,now"
"$compiler" $options -shared -o "$drivers/zygote.so" "$objects"/*.o
# Without a dynamic loader it starts a millisecond sooner.
"$compiler" $options -static-pie -o "$output" "$objects"/*.o 2>/dev/null || "$compiler" $options -pie -o "$output" "$objects"/*.o
