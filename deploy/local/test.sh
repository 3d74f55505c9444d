#!/bin/bash
# make test: packages, a fresh PostgreSQL and Redis, the build, the tests. Ends in what failed and the summary line of Swift Testing.
. "$(dirname "$0")/stack/stack.sh"

"$root/deploy/local/packages/debian.sh"
"$root/deploy/local/packages/python.sh" stack test deployment model
own_slot test

say "building"
foreground build swift build --build-tests

say "starting PostgreSQL and Redis"
rm -rf "$slot/postgres" "$slot/redis"
start_postgres "$slot/postgres" fsync=off synchronous_commit=off full_page_writes=off
start_redis "$slot/redis" --save '' --appendonly no

export TROUPE_TEST_POSTGRES="postgresql://postgres@/postgres?host=$sockets"
export TROUPE_TEST_REDIS="unix://$sockets/redis.sock"
export TROUPE_PYTHON=$python
export PATH=$PATH:$state/debian/usr/sbin:$state/bin # nginx and redis-server
say "testing"
run_tests "$@"
