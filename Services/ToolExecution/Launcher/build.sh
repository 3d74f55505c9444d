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
options="-std=gnu11 -O2 -g -Wall -Wextra -Werror -fstack-protector-strong -D_GNU_SOURCE -D_FORTIFY_SOURCE=2 -Wl,-z,relro,-z,now"
"$compiler" $options -I "$here" -shared -fPIC -fvisibility=hidden -o "$drivers/zygote.so" "$here"/*/*.c
# Without a dynamic loader it starts a millisecond sooner.
"$compiler" $options -I "$here" -fPIE -static-pie -o "$output" "$here"/*/*.c 2>/dev/null || "$compiler" $options -I "$here" -fPIE -pie -o "$output" "$here"/*/*.c
