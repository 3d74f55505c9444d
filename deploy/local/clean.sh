#!/bin/bash
# make clean: ends what killed commands left, and removes all that was built, installed and stored below this folder.
. "$(dirname "$0")/stack/stack.sh"

for folder in .local/*/[0-9]*/; do
    [ -e "$folder/lock" ] || continue
    slot=$root/${folder%/}
    exec {slot_lock}>"$slot/lock"
    flock --nonblock "$slot_lock" || fail "an instance is running in $slot" "End it first (Ctrl-C in its terminal)."
    clear_slot
done
rm -rf .build .local
