#!/bin/bash
# compare.sh [ROUNDS] [SECONDS]: requests a second beside nginx's `return 200` with the same 60 bytes. One server on core 0,
# wrk on core 1, in turns; prints each round and the ratio of the medians.
set -eu
rounds=${1:-5} seconds=${2:-3} connections=${CONNECTIONS:-64}
root=$(cd "$(dirname "$0")/../../.." && pwd)
folder=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$folder"' EXIT

cat >"$folder/nginx.conf" <<END
daemon off; master_process off; worker_processes 1; pid $folder/pid; error_log $folder/error.log;
events { worker_connections 4096; }
http {
    access_log off; keepalive_requests 1000000000; default_type application/json;
    server { listen 127.0.0.1:18081 backlog=1024; location / { return 200 '{"id":"thing_01h455vb4pex5vsknk084sn02q","status":"active"}\n'; } }
}
END
taskset -c 0 "${NGINX:-nginx}" -e "$folder/error.log" -c "$folder/nginx.conf" &
taskset -c 0 "$root/.build/release/benchmark-http-server" 18080 &
ours=$!
sleep 1

measure() { taskset -c 1 wrk -t1 -c"$connections" -d"${seconds}s" "http://127.0.0.1:$1/things/thing_01h455vb4pex5vsknk084sn02q" | awk '/Requests\/sec/ { print $2 }'; }
processor_microseconds() { awk -v tick="$(getconf CLK_TCK)" '{ print ($14 + $15) * 1000000 / tick }' "/proc/$ours/stat"; }
median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

for ((round = 1; round <= rounds; round++)); do
    before=$(processor_microseconds)
    a=$(measure 18080)
    after=$(processor_microseconds)
    b=$(measure 18081)
    echo "$a" >>"$folder/ours"
    echo "$b" >>"$folder/nginx"
    awk -v a="$a" -v b="$b" -v cpu="$((after - before))" -v seconds="$seconds" -v connections="$connections" \
        'BEGIN { printf "ours %d/s, %.1f µs of processor each; nginx %d/s; ratio %.2f\n", a, cpu / (a * seconds), b, a / b }'
done
echo "ratio of the medians: $(awk -v a="$(median <"$folder/ours")" -v b="$(median <"$folder/nginx")" 'BEGIN { printf "%.2f", a / b }')"
echo "resident: $(awk '/VmRSS/ { print $2 / 1024 " MB" }' "/proc/$ours/status")"
