#!/bin/bash
# compare.sh [ROUNDS] [SECONDS]: requests a second beside nginx's `return 200` with the same 60 bytes. One server at a time
# on core 0, wrk on core 1, in turns; prints each round, with the processor time of a request, and the ratio of the medians.
set -eu
rounds=${1:-5} seconds=${2:-3} connections=${CONNECTIONS:-64}
root=$(cd "$(dirname "$0")/../../.." && pwd)
folder=$(mktemp -d)
trap 'kill $ours $nginx 2>/dev/null; wait; rm -rf "$folder"' EXIT

cat >"$folder/nginx.conf" <<END
daemon off; master_process off; worker_processes 1; pid $folder/pid; error_log $folder/error.log;
events { worker_connections 4096; }
http {
    access_log off; keepalive_requests 1000000000; default_type application/json;
    server { listen 127.0.0.1:28481 backlog=1024; location / { return 200 '{"id":"thing_01h455vb4pex5vsknk084sn02q","status":"active"}\n'; } }
}
END
taskset -c 0 nginx -e "$folder/error.log" -c "$folder/nginx.conf" &
nginx=$!
taskset -c 0 "$root/.build/release/benchmark-http-server" 28480 &
ours=$!
sleep 1

processor_microseconds() { awk -v tick="$(getconf CLK_TCK)" '{ print ($14 + $15) * 1000000 / tick }' "/proc/$1/stat"; }
median() { sort -n | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

# measure NAME PROCESS PORT: one round; adds to the files NAME.rate and NAME.time.
measure() {
    local before after rate
    before=$(processor_microseconds "$2")
    rate=$(taskset -c 1 wrk -t1 -c"$connections" -d"${seconds}s" "http://127.0.0.1:$3/things/thing_01h455vb4pex5vsknk084sn02q" |
        awk '/Requests\/sec/ { print $2 }')
    after=$(processor_microseconds "$2")
    echo "$rate" >>"$folder/$1.rate"
    awk -v time="$((after - before))" -v count="$rate" -v seconds="$seconds" 'BEGIN { printf "%.2f\n", time / (count * seconds) }' >>"$folder/$1.time"
    echo "$1: $rate/s, $(tail -n 1 "$folder/$1.time") µs of processor"
}

for ((round = 1; round <= rounds; round++)); do
    measure ours "$ours" 28480
    measure nginx "$nginx" 28481
done
ratio() { awk -v a="$(median <"$folder/$1")" -v b="$(median <"$folder/$2")" 'BEGIN { printf "%.2f\n", a / b }'; }
echo "requests a second, ratio of the medians: $(ratio ours.rate nginx.rate)"
echo "processor time of nginx's request over ours: $(ratio nginx.time ours.time)"
echo "resident: $(awk '/VmRSS/ { print $2 / 1024 " MB" }' "/proc/$ours/status")"
