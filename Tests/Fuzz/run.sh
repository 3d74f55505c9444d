#!/bin/bash
# run.sh TARGET SECONDS: builds the fuzz target in Tests/Fuzz/<Target> with libFuzzer and runs it on its corpus.
# A target is a folder with Swift files that define LLVMFuzzerTestOneInput, `Corpus` (small seeds) and `modules` (the folders of the
# modules that it imports, each after those that it needs itself; they are built here, so that their coverage guides the fuzzer).
# What crashes is kept as .build/fuzz/<Target>/crash-*, and the script fails.
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: $0 TARGET SECONDS" >&2; exit 2; }
cd "$(dirname "$0")/../.."

folder=$(find Tests/Fuzz -mindepth 1 -maxdepth 1 -type d -iname "$1")
[ -n "$folder" ] || { echo "no fuzz target $1; there are: $(ls Tests/Fuzz | grep -v run.sh | tr '\n' ' ')" >&2; exit 2; }
build=.build/fuzz/$(basename "$folder")
mkdir -p "$build/corpus"

# The module maps of the C libraries, for the modules that wrap one.
libraries=()
for library in Shared/Runtime/CLibraries/*/; do libraries+=(-I "$library"); done

compile() {
    swiftc -O -g -assert-config Debug -sanitize=fuzzer,address -parse-as-library -package-name fuzz -swift-version 6 \
        -enable-upcoming-feature ExistentialAny -enable-upcoming-feature InternalImportsByDefault \
        -enable-upcoming-feature MemberImportVisibility -enable-upcoming-feature NonisolatedNonsendingByDefault \
        -enable-upcoming-feature InferIsolatedConformances -I "$build" "${libraries[@]}" "$@"
}

objects=()
while read -r module; do
    name=$(basename "$module")
    mapfile -t sources < <(find "$module" -name '*.swift' | sort)
    compile -wmo -module-name "$name" -emit-module -emit-module-path "$build/$name.swiftmodule" -emit-object -o "$build/$name.o" "${sources[@]}"
    objects+=("$build/$name.o")
done < "$folder/modules"
compile -module-name Fuzz "$folder"/*.swift "${objects[@]}" -o "$build/fuzz"

"$build/fuzz" -max_total_time="$2" -timeout=5 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1 \
    -artifact_prefix="$build/" "$build/corpus" "$folder/Corpus"
