#!/bin/bash
# simulations.sh [COUNT]: crews of 4 members with 8 tasks, by the simulation and the agent service on PostgreSQL and Redis as `make run` starts
# them, with a scripted model. Wants a release build and the packages of stack.lock.
. "$(dirname "$0")/../../../deploy/local/stack/stack.sh"
programs=$root/.build/release

own_slot simulations
rm -rf "$slot/postgres" "$slot/redis"
start_postgres "$slot/postgres"
start_redis "$slot/redis" --appendonly yes
make_database

declare -A port_of
for service in agent simulation; do
    free_port
    port_of[$service]=$REPLY
done
coproc benchmark { exec "$programs/benchmark-simulations" "${port_of[agent]}" "${port_of[simulation]}" "${1:-200}"; }
results=${benchmark[0]} benchmark_process=$benchmark_PID
shared=("REDIS_URL=unix://$sockets/redis.sock" LOG_LEVEL=warning SIMULATIONS_PER_PERSON=1000)
while read -r -t 20 line <&"$results" && [ -n "$line" ]; do shared+=("$line"); done
for service in agent simulation; do
    environment=("${shared[@]}" "PORT=${port_of[$service]}" "DATABASE_URL=$(database_url "$service")"
        "DATABASE_OWNER_URL=$(database_url "${service}_owner")")
    (export "${environment[@]}" && exec "$programs/troupe-$service" migrate) >"$slot/log/migrate-$service.log" 2>&1 \
        || fail "migrating $service failed: $(tail -n 3 "$slot/log/migrate-$service.log")"
    spawn "$service" TERM "$programs/troupe-$service"
done

cat <&"$results"
wait "$benchmark_process" || fail "the simulations did not all succeed; the logs of the services are in $slot/log"
for service in agent simulation; do
    recorded "$service" || fail "the $service service has ended; its log is $slot/log/$service.log"
    # Where the machine has other work, this holds better than the times above. A tenth warms up, then each count is run twice.
    awk -v service="$service" -v tick="$(getconf CLK_TCK)" -v turns="$((${1:-200} / 10 * 8 + ${1:-200} * 16))" \
        -v memory="$(awk '/VmRSS/ { print $2 / 1024 }' "/proc/$pid/status")" \
        '{ printf "%s: %.0f µs of processor a turn, %.1f MB resident\n", service, ($14 + $15) * 1000000 / tick / turns, memory }' \
        "/proc/$pid/stat"
done
echo "load $(cut -d' ' -f1-3 /proc/loadavg)"
