#!/bin/sh
# Makes the database `troupe` ready for the services' migrations: the extension, and for each service a schema and two roles.
# <service>_owner migrates and owns the schema; <service> serves. It may be run again: it adds what is missing, and sets the passwords
# anew where <SERVICE>_DATABASE_PASSWORD and <SERVICE>_DATABASE_OWNER_PASSWORD give some. Connects as libpq's own variables say
# (PGHOST, PGUSER, PGPASSWORD, …), as a superuser, or as a role with CREATEROLE and CREATEDB that may make the
# extension `vector` or finds it there. DATABASE gives another name. Wants PostgreSQL 16 or newer.
set -eu
database=${DATABASE:-troupe}
here=$(cd "$(dirname "$0")" && pwd)
export PGOPTIONS='-c client_min_messages=warning'

sql() { # DATABASE [ARGUMENT…], statements from standard input unless an argument gives them
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname "$@"
}

sql postgres --set "database=$database" <<'SQL'
SELECT format('CREATE DATABASE %I', :'database') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
SQL
sql "$database" <<'SQL'
CREATE EXTENSION IF NOT EXISTS vector;
REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
SQL
for service in auth agent tool_execution file simulation; do
    sql "$database" --set "service=$service" --file "$here/service.sql"
    name=$(echo "$service" | tr '[:lower:]' '[:upper:]')
    # The passwords are read from the environment by psql itself: arguments of programs can be read by others.
    for role in "$service ${name}_DATABASE_PASSWORD" "${service}_owner ${name}_DATABASE_OWNER_PASSWORD"; do
        variable=${role#* }
        [ -n "$(printenv "$variable")" ] || continue
        sql "$database" --set "role=${role% *}" <<SQL
\\getenv password $variable
ALTER ROLE :"role" PASSWORD :'password';
SQL
    done
done
