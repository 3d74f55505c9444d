#!/bin/sh
# secrets.sh [FILE]: prints the Secrets of an installation, from the file that deploy/environment.sh wrote (.env):
#
#     deploy/environment.sh prod.env                # once; keep it where secrets are kept
#     DATABASE_HOST=db.example.internal DATABASE_OPTIONS='?sslmode=require' k8s/secrets.sh prod.env | kubectl apply -n troupe-prod -f -
#
# DATABASE_HOST is where PostgreSQL is, a name without a port (postgres, as in k8s/engines), DATABASE_USER who may make roles there
# (postgres), REDIS_URL where Redis is (redis://redis:6379).
set -eu
file=${1:-$(cd "$(dirname "$0")/.." && pwd)/.env}
host=${DATABASE_HOST:-postgres}

of() { # NAME: its value in the file
    value=$(sed -n "s/^$1=//p" "$file")
    [ -n "$value" ] || { echo "secrets.sh: $file has no $1" >&2; exit 1; }
    printf '%s' "$value"
}

secret() { # NAME KEY VALUE [KEY VALUE]…
    printf -- '---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\n  labels: { app.kubernetes.io/part-of: troupe }\nstringData:\n' "$1"
    shift
    while [ $# -gt 0 ]; do
        printf '  %s: "%s"\n' "$1" "$2"
        shift 2
    done
}

url() { # ROLE PASSWORD
    printf 'postgresql://%s:%s@%s/troupe%s' "$1" "$2" "$host" "${DATABASE_OPTIONS:-}"
}

# Each is asked for by itself: a command that fails before another one on a line, or within its arguments, would go unnoticed.
secrets() {
    master_keys=$(of MASTER_KEYS)
    signing_key=$(of FILE_SIGNING_KEY)
    superuser=$(of POSTGRES_PASSWORD)
    passwords="PGHOST $host PGUSER ${DATABASE_USER:-postgres} PGPASSWORD $superuser"
    proofs=
    for service in auth agent tool-execution file simulation gateway; do
        name=$(echo "$service" | tr 'a-z-' 'A-Z_')
        role=$(echo "$service" | tr - _)
        if [ "$service" != auth ]; then
            proof=$(of "${name}_SECRET")
            proofs="$proofs ${name}_SECRET $proof"
        fi
        case $service in
        gateway) # and whatever else has no tables
            secret "$service" SERVICE_SECRET "$proof"
            continue
            ;;
        esac
        serving=$(of "${name}_DATABASE_PASSWORD")
        owning=$(of "${name}_DATABASE_OWNER_PASSWORD")
        passwords="$passwords ${name}_DATABASE_PASSWORD $serving ${name}_DATABASE_OWNER_PASSWORD $owning"
        secret "$service-migration" DATABASE_OWNER_URL "$(url "${role}_owner" "$owning")"
        database=$(url "$role" "$serving")
        case $service in
        auth) auth_database=$database ;;
        agent)
            secret agent DATABASE_URL "$database" SERVICE_SECRET "$proof" REDIS_URL "${REDIS_URL:-redis://redis:6379}" \
                MODEL_API_KEY "$(sed -n 's/["\\]/\\&/g; s/^MODEL_API_KEY=//p' "$file")"
            ;;
        file) secret file DATABASE_URL "$database" SERVICE_SECRET "$proof" FILE_SIGNING_KEY "$signing_key" ;;
        tool-execution)
            keys=$(of TOOL_EXECUTION_MASTER_KEYS)
            secret tool-execution DATABASE_URL "$database" SERVICE_SECRET "$proof" MASTER_KEYS "$keys"
            ;;
        simulation) secret simulation DATABASE_URL "$database" SERVICE_SECRET "$proof" REDIS_URL "${REDIS_URL:-redis://redis:6379}" ;;
        esac
    done
    # shellcheck disable=SC2086 # names and values without spaces
    secret auth DATABASE_URL "$auth_database" MASTER_KEYS "$master_keys" $proofs
    # shellcheck disable=SC2086
    secret database $passwords
}

# All or nothing: what follows would be given half of them.
all=$(secrets)
printf '%s\n' "$all"
