# The database `troupe`, made by the same script as everywhere.
# shellcheck shell=bash

make_database() {
    local made=$slot/postgres/made-from scripts=$root/deploy/database
    # What was made from the same statements is there already.
    cat "$scripts/prepare.sh" "$scripts/service.sql" | cmp --quiet - "$made" && return
    DATABASE=troupe PGHOST=$sockets PGUSER=postgres PATH=$state/postgres/bin:$PATH "$scripts/prepare.sh"
    cat "$scripts/prepare.sh" "$scripts/service.sql" >"$made"
}

database_url() { # ROLE
    echo "postgresql://$1@/troupe?host=$sockets"
}
