# PostgreSQL 16 with pgvector, on a UNIX socket that only this user can reach: no port, no password.
# shellcheck shell=bash

# PostgreSQL refuses root: as root it runs as a system user of its own.
postgres_user() {
    as=()
    [ "$(id -u)" = 0 ] || return 0
    local user=troupe-postgres
    if ! getent passwd "$user" >/dev/null; then
        say "adding the system user $user: PostgreSQL refuses to run as root"
        useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$user"
    fi
    as=(--reuid "$user" --regid "$user" --clear-groups)
    chown "$user:" "$sockets" "$1"
    # A folder below /root is closed to other users: the right to pass through, and no other, is handed on.
    if ! setpriv "${as[@]}" test -x "$1"; then
        as+=(--inh-caps=+dac_read_search --ambient-caps=+dac_read_search)
    fi
}

start_postgres() { # FOLDER [SETTING…]
    local folder=$1 data=$1/cluster programs=$state/postgres/bin owner setting settings=()
    shift
    mkdir -p "$folder"
    postgres_user "$folder"
    if ! [ -e "$data" ]; then
        say "creating the PostgreSQL data folder"
        rm -rf "$folder/new" # of an interrupted start
        setpriv "${as[@]}" -- "$programs/initdb" --pgdata "$folder/new" --username postgres --auth trust --encoding UTF8 \
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
    as=()
    until_ready postgres 60 "$programs/pg_isready" --host "$sockets"
}

# SQL as the superuser, from standard input.
psql() { # DATABASE [ARGUMENT…]
    "$state/postgres/bin/psql" --no-psqlrc --quiet --set ON_ERROR_STOP=1 --host "$sockets" --username postgres --dbname "$@"
}
