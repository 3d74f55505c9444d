#!/bin/bash
# make build: everything, optimised.
. "$(dirname "$0")/stack/stack.sh"

"$root/deploy/local/packages/debian.sh"
own_slot build
foreground build swift build --configuration release --static-swift-stdlib
