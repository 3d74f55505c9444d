#!/bin/bash
# make fuzz: each target of Tests/Fuzz for FUZZ_SECONDS (600) seconds; what crashes is kept in .build/fuzz and fails.
. "$(dirname "$0")/stack/stack.sh"

"$root/deploy/local/packages/debian.sh"
own_slot fuzz
for target in Tests/Fuzz/*/; do
    say "fuzzing $(basename "$target")"
    foreground "$(basename "$target")" Tests/Fuzz/run.sh "$(basename "$target")" "${FUZZ_SECONDS:-600}"
done
