# Redis on a UNIX socket that only this user can reach.
# shellcheck shell=bash

start_redis() { # DATA-FOLDER [SETTING VALUE…]
    local data=$1
    shift
    mkdir -p "$data" "$state/bin"
    # Debian's redis-tools carries the server under the name of its checking mode; the name it is called by decides.
    ln -sfn /usr/bin/redis-check-rdb "$state/bin/redis-server"
    spawn redis TERM "$state/bin/redis-server" --port 0 --unixsocket "$sockets/redis.sock" --unixsocketperm 700 \
        --dir "$data" --daemonize no "$@"
    until_ready redis redis-cli -s "$sockets/redis.sock" ping
}
