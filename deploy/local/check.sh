#!/bin/bash
# make check: format, a build in which warnings are errors, and the tests that keep the architecture's promises.
. "$(dirname "$0")/stack/stack.sh"

"$root/deploy/local/packages/debian.sh"
own_slot check

say "format"
foreground format swift format lint --strict --parallel --recursive Shared Services Tests deploy
say "building"
foreground build swift build --build-tests
say "testing"
run_tests --filter 'ArchitectureTests|OpenAPITests'
