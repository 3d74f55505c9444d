#!/bin/bash
# idle.sh: what the six services cost while nobody asks for anything, started as `make run` starts them: the time until all are
# ready, their memory, and that of 5,000 idle connections to the gateway. Wants a release build and the packages of stack.lock.
. "$(dirname "$0")/../../../deploy/local/stack/stack.sh"
programs=$root/.build/release
connections=5000

own_slot idle
# Nobody runs an agent here, so the model is an address where nothing listens.
MODEL_URL=http://127.0.0.1:9/v1 MODEL_NAME=none choose_model
export MAX_CONNECTIONS=$((connections + 100)) MAX_CONNECTIONS_PER_ADDRESS=$((connections + 100))
ulimit -n $((connections + 1000)) || fail "this user may not open $connections files" "Raise the limit: ulimit -Hn"
choose_ports 2>/dev/null
build_launcher
rm -rf "$slot/postgres" "$slot/redis"
start_postgres "$slot/postgres"
start_redis "$slot/redis" --appendonly yes
make_database
migrate_services

for round in 1 2 3; do
    before=$EPOCHREALTIME
    start_services
    awk -v before="$before" -v after="$EPOCHREALTIME" -v round=$round \
        'BEGIN { printf "from start to all six ready: %.2f s (start %d; goal: 1)\n", after - before, round }'
    [ $round = 3 ] || for service in "${services[@]}"; do stop "$service"; done
done

memory() { # SERVICE: resident and proportional kilobytes
    recorded "$1" || fail "$1 has ended; its log is $slot/log/$1.log"
    awk '/^Rss:/ { resident = $2 } /^Pss:/ { proportional = $2 } END { print resident, proportional }' "/proc/$pid/smaps_rollup"
}

sleep 5
for service in "${services[@]}"; do echo "$service $(memory "$service")"; done | awk '
    { printf "%-16s %5.1f MB resident, %5.1f MB proportional\n", $1, $2 / 1024, $3 / 1024; resident += $2; proportional += $3 }
    END { printf "%-16s %5.1f MB resident (goal: 120), %5.1f MB proportional\n", "all six", resident / 1024, proportional / 1024 }'

read -r before _ <<<"$(memory gateway)"
coproc client { exec /usr/bin/python3 "$root/Tests/Benchmarks/Idle/hold_connections.py" "${port_of[gateway]}" $connections; }
read -r -t 60 answered <&"${client[0]}" || fail "the connections were not made"
read -r after _ <<<"$(memory gateway)"
awk -v before="$before" -v after="$after" -v count="$answered" \
    'BEGIN { printf "%d idle connections, each after one request: %.2f KB each (goal: 4)\n", count, (after - before) / count }'
