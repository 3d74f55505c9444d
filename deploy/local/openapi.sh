#!/bin/bash
# make openapi: the document from the endpoint declarations. It is written beside and moved, so that a failure leaves the old one.
. "$(dirname "$0")/stack/stack.sh"

"$root/deploy/local/packages/debian.sh"
own_slot openapi
foreground document swift run openapi-document >"$slot/openapi.json"
mv "$slot/openapi.json" deploy/openapi.json
