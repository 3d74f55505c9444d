#!/bin/bash
# make clean: ends what killed commands left, and removes all that was built, installed and stored below this folder.
. "$(dirname "$0")/stack/stack.sh"

for_free_slots clear_slot
[ ${#busy[@]} -eq 0 ] || fail "still running: ${busy[*]}" "End it first (Ctrl-C in its terminal)."
rm -rf .build .local
