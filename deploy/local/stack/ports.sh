# Free ports on 127.0.0.1, below the range from which the kernel gives ports to outgoing connections.
# shellcheck shell=bash

port_is_free() { # PORT
    ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

expect_free() { # PORT
    port_is_free "$1" || fail "port $1 of 127.0.0.1 is in use by another program" "Choose another one: make run PORT=8090"
}

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
