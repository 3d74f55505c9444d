# PostgreSQL 16 with pgvector, on a UNIX socket that only this user can reach: no port, no password.
# shellcheck shell=bash

# PostgreSQL refuses root. In a user namespace where root is called nobody it has root's files and none of root's powers; a user
# of its own could not reach a clone below /root.
not_root() {
    wrapper=()
    [ "$(id -u)" = 0 ] || return 0
    wrapper=(unshare --user --map-user=nobody --map-group=nogroup)
    "${wrapper[@]}" true || fail "PostgreSQL refuses to run as root, and this system makes no user namespaces" \
        "Run the command as an ordinary user, or in a container with --privileged."
}

start_postgres() { # FOLDER [SETTING…]
    local folder=$1 data=$1/cluster programs=$state/postgres/bin owner setting settings=()
    shift
    mkdir -p "$folder"
    not_root
    if ! [ -e "$data" ]; then
        say "creating the PostgreSQL data folder"
        rm -rf "$folder/new" # of an interrupted start
        "${wrapper[@]}" "$programs/initdb" --pgdata "$folder/new" --username postgres --auth trust --encoding UTF8 \
            --locale C.UTF-8 --no-sync >"$slot/log/initdb.log" 2>&1 || fail "initdb failed; its log is $slot/log/initdb.log"
        mv "$folder/new" "$data"
    fi
    # The lock file of a killed server names a process; unless that works in this folder it is not ours.
    if [ -e "$data/postmaster.pid" ]; then
        owner=$(head -n 1 "$data/postmaster.pid")
        [ "$(readlink "/proc/$owner/cwd")" = "$data" ] || rm -f "$data/postmaster.pid"
    fi
    for setting in listen_addresses= unix_socket_directories="$sockets" unix_socket_permissions=0700 max_connections=200 \
        shared_buffers=64MB log_line_prefix='%m %u@%d ' "$@"; do
        settings+=(-c "$setting")
    done
    spawn postgres INT "$programs/postgres" -D "$data" "${settings[@]}"
    wrapper=()
    until_ready postgres "$programs/pg_isready" --host "$sockets"
}
