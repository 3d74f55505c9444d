#!/bin/bash
# make bench: measures beside the peers, on an otherwise idle machine. The output is kept in .local/bench.
. "$(dirname "$0")/stack/stack.sh"

"$root/deploy/local/packages/debian.sh" bench
own_slot bench
foreground build swift build --configuration release
export PATH=$PATH:$state/debian/usr/sbin # nginx
output=$slot/$(date --utc +%Y%m%dT%H%M%SZ)
mkdir -p "$output"
git log -1 --format=%H >"$output/commit"
lscpu >"$output/processor"
say "JSON, beside Foundation"
foreground json .build/release/benchmark-json > >(tee "$output/json")
say "HTTP server, beside nginx"
foreground http-server Tests/Benchmarks/HTTPServer/compare.sh > >(tee "$output/http-server")
say "kept in $output"
