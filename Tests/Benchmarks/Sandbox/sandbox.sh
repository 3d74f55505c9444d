#!/bin/bash
# sandbox.sh [ROUNDS]: fresh sandboxes, warm evaluations and ends, at the supervisor and over HTTP, beside what was asked for. Wants a
# release build and the packages of stack.lock.
. "$(dirname "$0")/../../../deploy/local/stack/stack.sh"
programs=$root/.build/release
rounds=${1:-300}

own_slot sandbox
launcher=$slot/sandbox-launcher
"$root/Services/ToolExecution/Launcher/build.sh" "$launcher"
chmod 755 "$slot" "$slot/sandbox-drivers"
echo "load $(cut -d' ' -f1-3 /proc/loadavg) on $(nproc) processors; $("$launcher" --probe)"
"$programs/benchmark-sandbox" "$launcher" "$rounds"

rm -rf "$slot/postgres"
start_postgres "$slot/postgres"
make_database
free_port
port=$REPLY
coproc benchmark { exec "$programs/benchmark-sandbox" --http "$port" "$rounds"; }
results=${benchmark[0]} benchmark_process=$benchmark_PID
environment=("PORT=$port" "DATABASE_URL=$(database_url tool_execution)" "DATABASE_OWNER_URL=$(database_url tool_execution_owner)"
    "LAUNCHER=$launcher" "SANDBOX_POOL_PYTHON=16" LOG_LEVEL=warning)
while read -r -t 20 line <&"$results" && [ -n "$line" ]; do environment+=("$line"); done
(export "${environment[@]}" && exec "$programs/troupe-tool-execution" migrate) >"$slot/log/migrate.log" 2>&1 \
    || fail "migrating tool-execution failed: $(tail -n 3 "$slot/log/migrate.log")"
spawn tool-execution TERM "$programs/troupe-tool-execution"
cat <&"$results"
wait "$benchmark_process" || fail "the sandboxes did not all succeed; the log of the service is $slot/log/tool-execution.log"
python3 "$(dirname "$0")/measure.py" "$launcher" 50
