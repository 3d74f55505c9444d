#!/bin/bash
# runs.sh [RUNS]: durable runs of three tool calls each, always 64 in flight and then 500 a second, by the agent service on PostgreSQL and
# Redis as `make run` starts them. The model is scripted, and a trivial service answers the tool calls. Wants a release build and the
# packages of stack.lock.
. "$(dirname "$0")/../../../deploy/local/stack/stack.sh"
programs=$root/.build/release

own_slot runs
rm -rf "$slot/postgres" "$slot/redis"
start_postgres "$slot/postgres"
start_redis "$slot/redis" --appendonly yes
make_database

free_port
port=$REPLY
coproc benchmark { exec "$programs/benchmark-runs" "$port" "${1:-5000}"; }
# A descriptor of our own: bash closes that of a coproc as soon as it has ended, whatever is still to be read.
exec {results}<&"${benchmark[0]}"
benchmark_process=$benchmark_PID
environment=("PORT=$port" "DATABASE_URL=$(database_url agent)" "DATABASE_OWNER_URL=$(database_url agent_owner)"
    "REDIS_URL=unix://$sockets/redis.sock" LOG_LEVEL=warning RUNS_PER_PERSON=1000)
while read -r -t 20 line <&"$results" && [ -n "$line" ]; do environment+=("$line"); done
(export "${environment[@]}" && exec "$programs/troupe-agent" migrate) >"$slot/log/migrate-agent.log" 2>&1 \
    || fail "migrating agent failed: $(tail -n 3 "$slot/log/migrate-agent.log")"
spawn agent TERM "$programs/troupe-agent"

# The ticks of processor that the agent service, PostgreSQL and Redis have used.
processor_times() {
    local name pids=
    for name in agent postgres redis; do
        recorded $name || fail "$name has ended; its log is $slot/log/$name.log"
        pids+="$pid "
    done
    cat /proc/[0-9]*/stat 2>/dev/null | awk -v pids="$pids" '{ used[$1] += $14 + $15; used[$4] += $14 + $15 }
        END { split(pids, wanted); print used[wanted[1]], used[wanted[2]], used[wanted[3]] }'
}

while read -r line <&"$results"; do
    case $line in
        begin) before=$(processor_times) ;;
        # Where the machine has other work, this holds better than the times that follow.
        end) echo "$before $(processor_times)" | awk -v scale="$((1000000 / $(getconf CLK_TCK)))" -v runs="${1:-5000}" '{
                printf "agent: %.0f µs of processor a run, PostgreSQL: %.0f, Redis: %.0f\n",
                    ($4 - $1) * scale / runs, ($5 - $2) * scale / runs, ($6 - $3) * scale / runs }' ;;
        *) echo "$line" ;;
    esac
done
wait "$benchmark_process" || fail "the runs did not all succeed; the log of the agent service is $slot/log/agent.log"
recorded agent
echo "agent: $(awk '/VmRSS/ { print $2 / 1024 }' "/proc/$pid/status") MB resident"
echo "load $(cut -d' ' -f1-3 /proc/loadavg)"
