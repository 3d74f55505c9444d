#!/bin/bash
# make bench: measures beside the peers, on an otherwise idle machine. The output is kept in .local/bench.
. "$(dirname "$0")/stack/stack.sh"

"$root/deploy/local/packages/debian.sh" bench
"$root/deploy/local/packages/python.sh" stack bench
own_slot bench
foreground build swift build --configuration release --static-swift-stdlib
export PATH=$PATH:$state/debian/usr/sbin # nginx and haproxy
output=$slot/$(date --utc +%Y%m%dT%H%M%SZ)
mkdir -p "$output"
git log -1 --format=%H >"$output/commit"
lscpu >"$output/processor"

# Runs one benchmark: what it prints, its raw output and the configuration of its peers are kept.
measure() { # NAME TITLE COMMAND…
    local name=$1
    say "$2"
    shift 2
    mkdir -p "$output/$name"
    BENCHMARK_OUTPUT=$output/$name foreground "$name" "$@" > >(tee "$output/$name/summary")
}

measure json "JSON, beside Foundation" .build/release/benchmark-json
measure http-server "HTTP server, beside nginx and FastAPI" Tests/Benchmarks/HTTPServer/compare.sh
measure gateway "gateway, beside nginx's proxy_pass and HAProxy with a token check" Tests/Benchmarks/Gateway/compare.sh
measure streams "streams of events through the gateway" Tests/Benchmarks/Streams/streams.sh
measure runs "durable runs with three tool calls" Tests/Benchmarks/Runs/runs.sh
measure simulations "simulations of a crew of four with eight tasks" Tests/Benchmarks/Simulations/simulations.sh
measure sandbox "sandboxes, at the supervisor and over HTTP" Tests/Benchmarks/Sandbox/sandbox.sh
measure idle "the six services, idle" Tests/Benchmarks/Idle/idle.sh
say "kept in $output"
