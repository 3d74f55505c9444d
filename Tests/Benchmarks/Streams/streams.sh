#!/bin/bash
# streams.sh [STREAMS] [SECONDS]: streams of 50 events a second each, straight from a service and through the gateway. The gateway is on
# core 0, the service and the reader are on core 1.
. "$(dirname "$0")/../measure.sh"
streams=${1:-500} seconds=${2:-10}

ulimit -n $((streams * 4 + 1000)) || fail "this user may not open $((streams * 4 + 1000)) files" "Raise the limit: ulimit -Hn"
start_upstream
start_gateway
path=/api/v1/runs/run_01h455vb4pex5vsknk084sn02q/events
before=$(processor_microseconds gateway)
TOKEN=$token taskset -c 1 "$programs/benchmark-streams" "$streams" "$seconds" \
    "direct=$service$path" "gateway=http://127.0.0.1:$gateway_port$path" || fail "the streams were not read; logs are in $output"
after=$(processor_microseconds gateway)
awk -v time=$((after - before)) -v events=$((streams * (seconds + 1) * 50)) \
    'BEGIN { printf "%.1f µs of the gateway'\''s processor an event (goal: p99 adds 10 ms)\n", time / events }'
echo "gateway resident: $(awk '/VmRSS/ { print $2 / 1024 " MB" }' "/proc/${process[gateway]}/status")"
