#!/bin/bash
# make soak: the six services under a mixed load for SOAK_SECONDS (600), with a scripted model. For two thirds of the time one of them,
# chosen by SOAK_SEED, is killed with SIGKILL every SOAK_KILL_SECONDS (10); in the last third their memory is watched. At the end nothing that was
# accepted may be missing, and nothing may be left. Figures are kept in .local/soak.
. "$(dirname "$0")/stack/stack.sh"
seconds=${SOAK_SECONDS:-600} pause=${SOAK_KILL_SECONDS:-10} people=${SOAK_PEOPLE:-12} seed=${SOAK_SEED:-$RANDOM}
[ "$seconds" -ge 60 ] || fail "SOAK_SECONDS is at least 60"

"$root/deploy/local/packages/debian.sh"
"$root/deploy/local/packages/python.sh" stack
own_slot soak
say "building"
foreground build swift build --configuration release --static-swift-stdlib
programs=$root/.build/release
build_launcher

rm -rf "$slot/postgres" "$slot/redis" "$slot/files" "$slot/samples"
start_postgres "$slot/postgres"
start_redis "$slot/redis" --appendonly yes
make_database
: >"$slot/log/model.log"
: >"$slot/log/load.log"
spawn model KILL "$programs/scripted-model-server" "$root/Tests/Soak/model.json"
until_ready model grep --quiet . "$slot/log/model.log"
MODEL_URL=http://127.0.0.1:$(head -n 1 "$slot/log/model.log")/v1 MODEL_NAME=scripted choose_model
lock_machine ports
choose_ports
# Nobody is held back; what sandboxes leave behind is seen, and those of conversations, which are never closed, end soon.
mkdir -p "$sockets/egress"
export RATE_LIMIT_REQUESTS=0 RATE_LIMIT_LOGINS=0 PASSWORD_COST=8 EGRESS_FOLDER=$sockets/egress SANDBOXES_PER_ORGANIZATION=100 \
    CONVERSATION_IDLE_SECONDS=10 SANDBOX_IDLE_SECONDS=10 LOG_LEVEL=warning SIMULATIONS_PER_PERSON=1000
migrate_services
start_services
unlock_machine

# The launchers of sandboxes, those that have lost their service included.
launchers() {
    local program count=0 own
    own=$(stat --dereference --format=%d-%i "$launcher")
    for program in /proc/[0-9]*/exe; do
        [ "$(stat --dereference --format=%d-%i "$program" 2>/dev/null)" != "$own" ] || count=$((count + 1))
    done
    echo $count
}

psql() { "$state/postgres/bin/psql" --no-psqlrc --quiet --tuples-only --no-align --host "$sockets" --username postgres --dbname troupe "$@"; }

# Of the process that was looked for last, which is of a service. Connections to PostgreSQL, a pool that is filled when it is needed, do not count.
open_files() { # SERVICE
    echo $(($(find "/proc/$pid/fd" -mindepth 1 2>/dev/null | wc -l) - $(psql --command \
        "SELECT count(*) FROM pg_stat_activity WHERE usename = '${1//-/_}'")))
}

# One line a service: seconds, phase, name, resident kilobytes, open files.
sample() { # PHASE
    local service
    for service in "${services[@]}"; do
        ! recorded "$service" || echo "$((EPOCHSECONDS - began)) $1 $service $(awk '/^VmRSS/ { print $2 }' "/proc/$pid/status")" \
            "$(open_files "$service")" >>"$slot/samples"
    done
}

# Whether each service has no more open files than before there was anything to do.
files_are_closed() {
    local phase service files
    while read -r _ phase service _ files; do
        [ "$phase" != idle ] || ! recorded "$service" || [ "$(open_files "$service")" -le "$files" ] || return 1
    done <"$slot/samples"
}

kill_one() {
    local service=${services[RANDOM % ${#services[@]}]} environment
    recorded "$service" || fail "$service has ended by itself; its log is $slot/log/$service.log"
    kill -KILL "$pid"
    while recorded "$service"; do sleep 0.01; done
    settings_of "$service"
    spawn "$service" TERM "$programs/troupe-$service"
    until_ready "$service" answers_ok "${port_of[$service]}" /readyz
    killed[$service]=$((${killed[$service]:-0} + 1))
}

began=$EPOCHSECONDS
declare -A killed=()
sleep 3
sample idle
launchers_before=$(launchers)
say "SOAK_SEED=$seed: $people people for $seconds s, one service killed every $pause s until $((seconds * 2 / 3)) s"
RANDOM=$seed
spawn load TERM /usr/bin/python3 "$root/Tests/Soak/load.py" "${port_of[gateway]}" "$seconds" "$people" "$seed"
began=$EPOCHSECONDS
while [ $((EPOCHSECONDS - began)) -lt $((seconds * 2 / 3)) ]; do
    sleep "$pause"
    kill_one
    sample kill
done
while recorded load; do
    sleep 2
    sample steady
done
for service in "${services[@]}"; do
    recorded "$service" || fail "$service has ended by itself; its log is $slot/log/$service.log"
done

problems=()
tail -n 40 "$slot/log/load.log"
grep --quiet ' 0 failures$' "$slot/log/load.log" || problems+=("the load did not go as it should")
say "killed: $(for service in "${!killed[@]}"; do printf '%s %d, ' "$service" "${killed[$service]}"; done)0 of them by itself"

# What is idle again gives up what it held: connections that were kept, sandboxes that waited.
deadline=$((EPOCHSECONDS + 60))
until [ "$(launchers)" -le "$launchers_before" ] || [ $EPOCHSECONDS -ge $deadline ]; do sleep 1; done
until files_are_closed || [ $EPOCHSECONDS -ge $deadline ]; do sleep 1; done
sample end
[ "$(launchers)" -le "$launchers_before" ] || problems+=("$(launchers) launchers of sandboxes, $launchers_before before")
printf 'launchers of sandboxes: %d before, %d at the end; in the folder of their sockets: %d\n' "$launchers_before" "$(launchers)" \
    "$(find "$sockets/egress" -type s | wc -l)"

/usr/bin/python3 "$root/Tests/Soak/growth.py" "$slot/samples" || problems+=("something has grown")

# Files: as many as the database knows are on the disk. A process that is killed leaves what it was writing, which is swept after a day.
known=$(psql --command 'SELECT count(*) FROM file.files')
stored=$(find "$slot/files/objects" -type f | wc -l)
left=$((stored - known + $(find "$slot/files/incoming" -type f | wc -l)))
printf 'files: %d, on the disk: %d; left by killed processes: %d\n' "$known" "$stored" "$left"
[ "$stored" -ge "$known" ] || problems+=("files are missing")
[ "$left" -le $((${killed[file]:-0} * people)) ] || problems+=("more files are left than killed processes can have left")
live=$(psql --command 'SELECT (SELECT count(*) FROM agent.live_runs) + (SELECT count(*) FROM simulation.live_simulations)')
[ "$live" = 0 ] || problems+=("$live runs or simulations have not ended")

[ ${#problems[@]} = 0 ] || fail "SOAK_SEED=$seed: the soak has failed; logs and samples are in $slot" "${problems[@]}"
say "passed: nothing accepted was lost, nothing is left"
