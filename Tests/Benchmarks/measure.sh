# What the comparisons share, for them to source: servers on cores of their own, rounds of load, ratios.
# Raw output and the peers' configuration stay in the folder BENCHMARK_OUTPUT, if it is set.
# shellcheck shell=bash
. "$(dirname "${BASH_SOURCE[0]}")/../../deploy/local/stack/common.sh"
. "$root/deploy/local/stack/ports.sh"

programs=$root/.build/release
output=${BENCHMARK_OUTPUT:-$(mktemp -d /tmp/troupe-XXXXXX)}
mkdir -p "$output"
declare -A process
end_servers() {
    kill "${process[@]}" 2>/dev/null || true
    wait
    [ -n "${BENCHMARK_OUTPUT:-}" ] || rm -rf "$output"
}
trap end_servers EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

for program in wrk nginx taskset; do
    command -v $program >/dev/null || fail "$program is missing" "make bench installs it."
done

# Starts a server on a core and waits until a command succeeds.
start() { # NAME CORE READY-COMMAND COMMAND…
    local name=$1 core=$2 ready=$3 deadline=$((EPOCHSECONDS + 30))
    shift 3
    : >"$output/$name.log"
    taskset -c "$core" "$@" >"$output/$name.log" 2>&1 &
    process[$name]=$!
    until $ready; do
        kill -0 "${process[$name]}" 2>/dev/null && [ $EPOCHSECONDS -lt $deadline ] \
            || fail "$name does not start:" "$(tail -n 20 "$output/$name.log")"
        sleep 0.05
    done
}

port_is_taken() { ! port_is_free "$1"; }

# What a gateway has behind it, on core 1. Sets `service`, its address, and `token`.
start_upstream() {
    start upstream 1 upstream_is_ready "$programs/benchmark-upstream"
    service=$(sed -n 's/^AGENT_URL=//p' "$output/upstream.log")
    token=$(sed -n 's/^TOKEN=//p' "$output/upstream.log")
}
upstream_is_ready() { grep --quiet '^TOKEN=' "$output/upstream.log"; }

# The gateway before it, on core 0 and `gateway_port`.
start_gateway() {
    local settings other
    free_port
    gateway_port=$REPLY
    mapfile -t settings < <(grep -v '^TOKEN=' "$output/upstream.log")
    for other in TOOL_EXECUTION FILE SIMULATION; do settings+=("${other}_URL=$service"); done
    start gateway 0 "port_is_taken $gateway_port" env "${settings[@]}" PORT="$gateway_port" INTERNAL_PORT=0 LOG_LEVEL=info \
        RATE_LIMIT_REQUESTS=0 RATE_LIMIT_LOGINS=0 "$programs/troupe-gateway"
}

# nginx on core 0 and a port, as one process, with these lines in its block `http`.
start_nginx() { # PORT LINES
    local kind
    mkdir -p "$output/nginx"
    {
        echo "daemon off; master_process off; worker_processes 1; pid $output/nginx/pid; error_log $output/nginx/error;"
        echo 'events { worker_connections 4096; }'
        echo 'http {'
        echo '    access_log off; keepalive_requests 1000000000; keepalive_timeout 1h; default_type application/json; server_tokens off;'
        for kind in client_body proxy fastcgi uwsgi scgi; do echo "    ${kind}_temp_path $output/nginx/$kind;"; done
        echo "$2"
        echo '}'
    } >"$output/nginx/nginx.conf"
    start nginx 0 "port_is_taken $1" nginx -e "$output/nginx/error" -c "$output/nginx/nginx.conf"
}

# What all threads of a server have used; to the nanosecond, where /proc/PID/stat counts hundredths of a second.
processor_microseconds() { # NAME
    cat "/proc/${process[$1]}"/task/*/schedstat | awk '{ time += $1 } END { printf "%.0f\n", time / 1000 }'
}

# One round of wrk from core 1; adds to the files NAME.rate and NAME.time. What is not answered with success is a failure.
load() { # NAME URL [ARGUMENT…]
    local name=$1 url=$2 before after rate
    shift 2
    before=$(processor_microseconds "$name")
    taskset -c 1 wrk -t1 -c"$connections" -d"${seconds}s" "$@" "$url" >"$output/wrk"
    after=$(processor_microseconds "$name")
    cat "$output/wrk" >>"$output/$name.wrk"
    ! grep -E 'Non-2xx|Socket errors' "$output/wrk" || fail "not every request to $name was answered"
    rate=$(awk '/Requests\/sec/ { print $2 }' "$output/wrk")
    echo "$rate" >>"$output/$name.rate"
    awk -v time=$((after - before)) -v count="$rate" -v seconds="$seconds" 'BEGIN { printf "%.2f\n", time / (count * seconds) }' \
        >>"$output/$name.time"
    awk -v name="$name" -v rate="$rate" -v cost="$(tail -n 1 "$output/$name.time")" \
        'BEGIN { printf "%-12s %9.0f/s %7.2f µs of processor each, %3.0f %% of its core\n", name, rate, cost, rate * cost / 10000 }'
}

# Rounds in which each server is loaded once, by its function load_NAME: forwards and backwards in turn (A B, B A, A B, …), so that what else the
# machine does, and any drift of it, meets all alike. One round before them warms up and does not count.
take_turns() { # ROUNDS NAME…
    local rounds=$1 round name names backwards=()
    shift
    for name in "$@"; do
        "load_$name" >/dev/null
        rm "$output/$name".{rate,time}
        backwards=("$name" "${backwards[@]}")
    done
    for ((round = 1; round <= rounds; round++)); do
        if ((round % 2)); then names=("$@"); else names=("${backwards[@]}"); fi
        for name in "${names[@]}"; do "load_$name"; done
    done
}

# The median of the ratios of two measures, each taken within one round, and between what the middle half of them lies.
ratio() { # NAME NAME
    paste "$output/$1" "$output/$2" | awk '{ print $1 / $2 }' | sort -n | awk '
        function at(part) { return value[int(part * (NR - 1) + 1.5)] }
        { value[NR] = $1 }
        END { printf "%.2f (%.2f to %.2f)\n", at(0.5), at(0.25), at(0.75) }'
}
