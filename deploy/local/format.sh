#!/bin/bash
# make fmt: formats every Swift source of the project in place.
. "$(dirname "$0")/stack/common.sh"

swift format --in-place --parallel --recursive Shared Services Tests deploy
