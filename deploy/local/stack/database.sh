# The database `troupe`: a schema for each service, and its two roles.
# shellcheck shell=bash

database_services=(auth agent tool_execution file simulation)

make_database() {
    local service made=$slot/postgres/made-from
    # What was made from the same statements is there already.
    cmp --quiet "$root/deploy/local/stack/service.sql" "$made" && return
    psql postgres --tuples-only --command "SELECT 1 FROM pg_database WHERE datname = 'troupe'" | grep --quiet 1 \
        || psql postgres --command 'CREATE DATABASE troupe'
    psql troupe --command 'CREATE EXTENSION IF NOT EXISTS vector' --command 'REVOKE ALL ON DATABASE troupe FROM PUBLIC'
    for service in "${database_services[@]}"; do
        PGOPTIONS='-c client_min_messages=warning' psql troupe --set "service=$service" --file "$root/deploy/local/stack/service.sql"
    done
    cp "$root/deploy/local/stack/service.sql" "$made"
}

database_url() { # ROLE
    echo "postgresql://$1@/troupe?host=$sockets"
}
