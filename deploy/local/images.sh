#!/bin/bash
# make images: the images' files, assembled as deploy/Dockerfile says with programs built as it says, at work as docker-compose.yml says.
# `make test` does the same with the programs that tests are run with.
. "$(dirname "$0")/stack/stack.sh"

"$root/deploy/local/packages/debian.sh"
"$root/deploy/local/packages/python.sh" stack test deployment
own_slot images

say "building"
foreground build swift build --configuration release --static-swift-stdlib
foreground build swift build --build-tests
mkdir -p "$state/bin"
ln -sfn /usr/bin/redis-check-rdb "$state/bin/redis-server" # the name it is called by decides what it is
export TROUPE_PYTHON=$python TROUPE_PROGRAMS=$root/.build/release PATH=$PATH:$state/bin
run_tests --filter ImageTests
