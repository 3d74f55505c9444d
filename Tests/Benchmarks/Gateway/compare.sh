#!/bin/bash
# compare.sh [ROUNDS] [SECONDS]: the gateway, with its token check, beside nginx's `proxy_pass` to the same service, and HAProxy that checks a
# token with the same claims. All are on core 0 and loaded in turns; load and service are on core 1. First requests a second, then latency
# at 1,000 requests a second.
. "$(dirname "$0")/../measure.sh"
rounds=${1:-15} seconds=${2:-1} connections=${CONNECTIONS:-64}

start_upstream
start_gateway

free_port
nginx_port=$REPLY
start_nginx "$nginx_port" "
    upstream service { server ${service#http://}; keepalive 256; keepalive_requests 1000000000; }
    server {
        listen 127.0.0.1:$nginx_port backlog=1024;
        location / { proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ''; }
    }"

# HAProxy 2.6 knows no Ed25519: the same claims are signed with RSA, whose signatures are the fastest to check of those with two keys, and
# with a shared secret, which is faster still and which no service but the issuer could be trusted with.
command -v haproxy >/dev/null || fail "haproxy is missing" "make bench installs it."
openssl genrsa -out "$output/key.pem" 2048 2>/dev/null
openssl rsa -in "$output/key.pem" -pubout -out "$output/public.pem" 2>/dev/null
secret=$(openssl rand -hex 32)
url_base64() { basenc --base64url --wrap=0 | tr -d =; }
claims=$(cut -d. -f2 <<<"$token")
rsa=$(printf '{"alg":"RS256","typ":"JWT"}' | url_base64).$claims
rsa=$rsa.$(printf %s "$rsa" | openssl dgst -sha256 -sign "$output/key.pem" -binary | url_base64)
hmac=$(printf '{"alg":"HS256","typ":"JWT"}' | url_base64).$claims
hmac=$hmac.$(printf %s "$hmac" | openssl dgst -sha256 -hmac "$secret" -binary | url_base64)
checking_frontend() { # NAME PORT ALGORITHM KEY
    cat <<CONFIGURATION
frontend $1
    bind 127.0.0.1:$2
    http-request set-var(txn.token) http_auth_bearer
    http-request set-var(txn.algorithm) var(txn.token),jwt_header_query('\$.alg')
    http-request set-var(txn.expiry) var(txn.token),jwt_payload_query('\$.exp','int')
    http-request set-var(txn.now) date()
    http-request deny deny_status 401 unless { var(txn.algorithm) -m str $3 }
    http-request deny deny_status 401 unless { var(txn.token),jwt_payload_query('\$.iss') -m str http://issuer.test }
    http-request deny deny_status 401 unless { var(txn.token),jwt_payload_query('\$.aud') -m str troupe }
    http-request deny deny_status 401 if { var(txn.expiry),sub(txn.now) -m int lt 0 }
    http-request deny deny_status 401 unless { var(txn.token),jwt_verify(txn.algorithm,"$4") 1 }
    default_backend service
CONFIGURATION
}
free_port
rsa_port=$REPLY
free_port
hmac_port=$REPLY
{
    echo 'global'
    printf '    %s\n' 'nbthread 1' 'maxconn 4096'
    echo 'defaults'
    printf '    %s\n' 'mode http' 'timeout connect 5s' 'timeout client 60s' 'timeout server 60s'
    checking_frontend rsa "$rsa_port" RS256 "$output/public.pem"
    checking_frontend hmac "$hmac_port" HS256 "$secret"
    echo 'backend service'
    printf '    %s\n' 'http-reuse always' "server service ${service#http://}"
} >"$output/haproxy.cfg"
start haproxy-rsa 0 "port_is_taken $hmac_port" haproxy -f "$output/haproxy.cfg"
process[haproxy-hmac]=${process[haproxy-rsa]}
for wrong in "$rsa_port ${rsa}A" "$rsa_port $hmac" "$hmac_port ${hmac}A" "$hmac_port $rsa"; do
    wrk -t1 -c1 -d1s -H "Authorization: Bearer ${wrong#* }" "http://127.0.0.1:${wrong% *}/api/v1/agents" >"$output/wrong"
    grep --quiet Non-2xx "$output/wrong" || fail "HAProxy does not check tokens" "$(tail -n 20 "$output/haproxy-rsa.log")"
done

path=/api/v1/agents
load_gateway() { load gateway "http://127.0.0.1:$gateway_port$path" -H "Authorization: Bearer $token"; }
load_nginx() { load nginx "http://127.0.0.1:$nginx_port$path" -H "Authorization: Bearer $token"; }
load_haproxy-rsa() { load haproxy-rsa "http://127.0.0.1:$rsa_port$path" -H "Authorization: Bearer $rsa"; }
load_haproxy-hmac() { load haproxy-hmac "http://127.0.0.1:$hmac_port$path" -H "Authorization: Bearer $hmac"; }
take_turns "$rounds" gateway nginx haproxy-rsa haproxy-hmac
echo "requests a second, the gateway's over nginx's: $(ratio gateway.rate nginx.rate) (goal: 0.60)"
echo "over HAProxy's with a check of RSA: $(ratio gateway.rate haproxy-rsa.rate) (goal: 0.90), of a shared secret: $(ratio gateway.rate haproxy-hmac.rate)"
echo "processor time over the gateway's: nginx $(ratio nginx.time gateway.time), HAProxy $(ratio haproxy-rsa.time gateway.time) and" \
    "$(ratio haproxy-hmac.time gateway.time)"
echo "resident: $(awk '/VmRSS/ { print $2 / 1024 " MB" }' "/proc/${process[gateway]}/status")"

watches=
if chrt --fifo 50 true 2>/dev/null; then
    for core in 0 1; do
        start "core-$core" $core true chrt --fifo 50 "$programs/benchmark-latency" watch
        watches+=$output/core-$core.log,
    done
fi
TOKEN=$token taskset -c 1 "$programs/benchmark-latency" $((rounds * 2)) "$watches" \
    "direct=$service$path" "gateway=http://127.0.0.1:$gateway_port$path" "nginx=http://127.0.0.1:$nginx_port$path"
echo "(goal: the gateway adds 0.3 ms at the median, 1 ms at the 99th percentile)"
