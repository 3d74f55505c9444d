# Free ports on 127.0.0.1, below the range from which the kernel gives ports to outgoing connections.
# shellcheck shell=bash

port_is_free() { # PORT
    ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

expect_free() { # PORT
    port_is_free "$1" || fail "port $1 of 127.0.0.1 is in use by another program" "Choose another one: make run PORT=8090"
}

# From here to `release_ports` nobody else on this machine chooses ports: between the choice and the service that binds it
# another `make run` would find the same ones free.
hold_ports() {
    local lock=/tmp/troupe-ports.lock
    # Made by whoever comes first; others may only read it, which is enough to lock it.
    [ -e "$lock" ] || : >"$lock" || true
    exec {ports_lock}<"$lock"
    flock --nonblock "$ports_lock" || { say "waiting while another instance chooses its ports" && flock "$ports_lock"; }
}

release_ports() { exec {ports_lock}<&-; }
exec {ports_lock}</dev/null

# Prints a free port. What was handed out before is not handed out again.
free_port() {
    local port
    for _ in {1..1000}; do
        port=$((20000 + RANDOM % 12000))
        [[ " ${ports_taken[*]} " == *" $port "* ]] && continue
        if port_is_free "$port"; then
            ports_taken+=("$port")
            REPLY=$port
            return
        fi
    done
    fail "no free port was found between 20000 and 32000"
}
ports_taken=()
