#!/bin/bash
# make guides: the guides for whoever changes Troupe, followed word by word in a copy of this folder, which is then checked, built, and tested with
# the tests that they add. The copy is kept in .local/guides, so that the next time only what has changed is built.
. "$(dirname "$0")/stack/stack.sh"

"$root/deploy/local/packages/debian.sh"
own_slot guides
copy=$slot/copy
mkdir -p "$copy"
foreground follow /usr/bin/python3 "$root/Tests/DeploymentTests/Guides/follow.py" "$copy" \
    add-an-endpoint add-a-tool add-a-provider add-a-service
ln -sfn "$state" "$copy/.local" # what is installed there
say "make openapi fmt check"
foreground check make --no-print-directory -C "$copy" openapi fmt check
say "testing"
foreground tests "$copy/deploy/local/test.sh" --skip GuideTests \
    --filter 'FileServiceTests|TextToolTests|OllamaReaderTests|ClockServiceTests|GatewayServiceTests|DeploymentTests|WholeSystemTests'
