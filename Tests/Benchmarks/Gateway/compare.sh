#!/bin/bash
# compare.sh [ROUNDS] [SECONDS]: the gateway, with its token check, beside nginx's `proxy_pass` to the same service. Both are on
# core 0 and loaded in turns; load and service are on core 1. First requests a second, then latency at 1,000 requests a second.
. "$(dirname "$0")/../measure.sh"
rounds=${1:-5} seconds=${2:-3} connections=${CONNECTIONS:-64}

upstream_is_ready() { grep --quiet '^TOKEN=' "$output/upstream.log"; }
start upstream 1 upstream_is_ready "$programs/benchmark-upstream"
setting() { sed -n "s/^$1=//p" "$output/upstream.log"; }
service=$(setting AGENT_URL)
token=$(setting TOKEN)

free_port
gateway_port=$REPLY
mapfile -t settings < <(grep -v '^TOKEN=' "$output/upstream.log")
for other in TOOL_EXECUTION FILE SIMULATION; do settings+=("${other}_URL=$service"); done
start gateway 0 "port_is_taken $gateway_port" env "${settings[@]}" PORT="$gateway_port" INTERNAL_PORT=0 LOG_LEVEL=info \
    RATE_LIMIT_REQUESTS=0 RATE_LIMIT_LOGINS=0 "$programs/troupe-gateway"

free_port
nginx_port=$REPLY
start_nginx "$nginx_port" "
    upstream service { server ${service#http://}; keepalive 256; keepalive_requests 1000000000; }
    server {
        listen 127.0.0.1:$nginx_port backlog=1024;
        location / { proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ''; }
    }"

path=/api/v1/agents
for ((round = 1; round <= rounds; round++)); do
    load gateway "http://127.0.0.1:$gateway_port$path" -H "Authorization: Bearer $token"
    load nginx "http://127.0.0.1:$nginx_port$path" -H "Authorization: Bearer $token"
done
echo "requests a second, the gateway's over nginx's, ratio of the medians: $(ratio gateway.rate nginx.rate) (goal: 0.60)"
echo "processor time, nginx's over the gateway's: $(ratio nginx.time gateway.time)"
echo "resident: $(awk '/VmRSS/ { print $2 / 1024 " MB" }' "/proc/${process[gateway]}/status")"

TOKEN=$token taskset -c 1 /usr/bin/python3 "$root/Tests/Benchmarks/Gateway/latency.py" "$rounds" "$seconds" \
    "direct=$service$path" "gateway=http://127.0.0.1:$gateway_port$path" "nginx=http://127.0.0.1:$nginx_port$path"
echo "(goal: the gateway adds 0.3 ms at the median, 1 ms at the 99th percentile)"
