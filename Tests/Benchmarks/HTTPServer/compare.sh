#!/bin/bash
# compare.sh [ROUNDS] [SECONDS]: requests a second beside nginx's `return 200` with the same 60 bytes, and beside FastAPI on uvloop
# and httptools. All are on core 0 and loaded in turns; wrk is on core 1. Prints each round, and the ratios of the medians.
. "$(dirname "$0")/../measure.sh"
rounds=${1:-5} seconds=${2:-3} connections=${CONNECTIONS:-64}
[ -x "$python" ] && "$python" -c 'import fastapi, uvicorn, uvloop, httptools' || fail "FastAPI is missing" "make bench installs it."

free_port
ours=$REPLY
start ours 0 "port_is_taken $ours" "$programs/benchmark-http-server" "$ours"
free_port
nginx=$REPLY
start_nginx "$nginx" "
    server {
        listen 127.0.0.1:$nginx backlog=1024;
        location / { return 200 '{\"id\":\"thing_01h455vb4pex5vsknk084sn02q\",\"status\":\"active\"}\\n'; }
    }"
free_port
fastapi=$REPLY
start fastapi 0 "port_is_taken $fastapi" "$python" "$root/Tests/Benchmarks/HTTPServer/fastapi_peer.py" "$fastapi"

path=/things/thing_01h455vb4pex5vsknk084sn02q
for ((round = 1; round <= rounds; round++)); do
    load ours "http://127.0.0.1:$ours$path"
    load nginx "http://127.0.0.1:$nginx$path"
    load fastapi "http://127.0.0.1:$fastapi$path"
done
echo "requests a second, ours over nginx's, ratio of the medians: $(ratio ours.rate nginx.rate) (goal: 0.90)"
echo "requests a second, ours over FastAPI's: $(ratio ours.rate fastapi.rate) (goal: 10)"
echo "processor time, nginx's over ours: $(ratio nginx.time ours.time); FastAPI's over ours: $(ratio fastapi.time ours.time)"
echo "resident: $(awk '/VmRSS/ { print $2 / 1024 " MB" }' "/proc/${process[ours]}/status")"
