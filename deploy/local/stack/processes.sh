# Starting and ending the processes of a slot. Each is recorded as `boot-id pid start-time signal`, so that a number that
# now belongs to someone else is never signalled. Each leads a session of its own: Ctrl-C reaches this script alone, which
# ends them in order; and each gets its signal from the kernel when this script is killed.
# shellcheck shell=bash

# The start time of a process in ticks since boot, nothing when it is gone.
start_time() { # PID
    local stat fields
    { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 0
    read -ra fields <<<"${stat##*) }"
    [ "${fields[0]}" = Z ] || echo "${fields[19]}"
}

record() { # NAME PID SIGNAL
    echo "$(</proc/sys/kernel/random/boot_id) $2 $(start_time "$2") $3" >"$slot/processes/$1"
}

# Sets `pid` and `signal` when the recorded process is alive.
recorded() { # NAME
    local boot started
    [ -e "$slot/processes/$1" ] || return 1
    read -r boot pid started signal <"$slot/processes/$1" || return 1
    [ "$boot" = "$(</proc/sys/kernel/random/boot_id)" ] && [ -n "$started" ] && [ "$(start_time "$pid")" = "$started" ]
}

# Starts a daemon whose output goes to the slot's log. `wrapper` may hold a command that starts it,
# `environment` more of its environment.
spawn() { # NAME SIGNAL COMMAND…
    local name=$1 signal=$2
    shift 2
    launch "$signal" "$@" >>"$slot/log/$name.log" 2>&1 &
    record "$name" $! "$signal"
    disown $! # or bash would report its end in the middle of ours
}

# Runs a command on this terminal and waits for it, ready to end it when this script is told to end.
foreground() { # NAME COMMAND…
    local name=$1 status=0
    shift
    launch INT "$@" &
    record "$name" $! INT
    wait $! || status=$?
    rm -f "$slot/processes/$name"
    return $status
}

launch() { # SIGNAL COMMAND…
    local signal=$1
    shift
    # Not as arguments of env, which others can read.
    [ ${#environment[@]} -eq 0 ] || export "${environment[@]}"
    # A background job of bash ignores SIGINT; the defaults are put back.
    exec env --default-signal=INT,QUIT setsid "${wrapper[@]}" setpriv --pdeathsig "$signal" -- "$@" \
        {slot_lock}>&- {machine_lock}>&- </dev/null
}
wrapper=() environment=()

# Ends a recorded process with its signal, after ten seconds with SIGKILL.
stop() { # NAME
    local pid signal tries
    if recorded "$1"; then
        kill -s "$signal" "$pid" 2>/dev/null || true
        for ((tries = 0; tries < 500; tries++)); do
            recorded "$1" || break
            sleep 0.02
        done
        ! recorded "$1" || kill -s KILL "$pid" 2>/dev/null || true
    fi
    rm -f "$slot/processes/$1"
}

# Ends what descends from a process of this slot and outlived it, known by the mark in its environment.
stop_marked() {
    local signal marked mark
    mark=$(slot_mark)
    for signal in TERM KILL; do
        for _ in {1..50}; do
            marked=$(env -u TROUPE_SLOT grep --files-with-matches --null-data --fixed-strings --line-regexp \
                "TROUPE_SLOT=$mark" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3) || true
            [ -n "$marked" ] || return 0
            # shellcheck disable=SC2086
            kill -s $signal $marked 2>/dev/null || true
            sleep 0.1
        done
    done
}

# Waits until a command succeeds, for two minutes, and fails with the log of the process when that ends first.
until_ready() { # NAME COMMAND…
    local name=$1 deadline=$((EPOCHSECONDS + 120)) pid signal ready=
    shift
    until [ -n "$ready" ]; do
        ! "$@" >/dev/null 2>&1 || ready=yes
        if ! recorded "$name"; then # even if it was ready: another program may have answered
            tail -n 20 "$slot/log/$name.log" >&2
            fail "$name ended while starting; its log is $slot/log/$name.log"
        fi
        [ $EPOCHSECONDS -lt $deadline ] || fail "$name is not ready in time; its log is $slot/log/$name.log"
        [ -n "$ready" ] || sleep 0.05
    done
}
