#!/bin/bash
# compare.sh [ROUNDS] [SECONDS]: requests a second beside nginx's `return 200` with the same 60 bytes, and beside FastAPI on uvloop
# and httptools. All are on core 0 and loaded in turns; wrk is on core 1. Prints each round, and the medians of the rounds' ratios.
#
# What nginx does for a request and what ours does is the same: no log, the date line made once a second, connections that stay open, one
# process with one thread. Both answers have the fields Server (`nginx` and `swift`), Date, Content-Type and Content-Length; nginx's
# has `Connection: keep-alive` as well, which no setting takes away. Ours looks its route up in a tree of templates.
. "$(dirname "$0")/../measure.sh"
rounds=${1:-20} seconds=${2:-1} connections=${CONNECTIONS:-64}
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
load_ours() { load ours "http://127.0.0.1:$ours$path"; }
load_nginx() { load nginx "http://127.0.0.1:$nginx$path"; }
load_fastapi() { load fastapi "http://127.0.0.1:$fastapi$path"; }
take_turns "$rounds" ours nginx fastapi
echo "requests a second, ours over nginx's: $(ratio ours.rate nginx.rate) (goal: 0.90)"
echo "requests a second, ours over FastAPI's: $(ratio ours.rate fastapi.rate) (goal: 10)"
echo "processor time, nginx's over ours: $(ratio nginx.time ours.time); FastAPI's over ours: $(ratio fastapi.time ours.time)"
echo "resident: $(awk '/VmRSS/ { print $2 / 1024 " MB" }' "/proc/${process[ours]}/status")"
