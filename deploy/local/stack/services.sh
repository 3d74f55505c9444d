# The six services: which settings each is given, migrating, starting, and waiting until all are ready.
# shellcheck shell=bash

services=(auth file tool-execution agent simulation gateway)
has_tables() { [[ $1 != gateway ]]; } # SERVICE

# Chooses a port for each service: PORT or 8080 for the gateway, free ones for what is behind it.
choose_ports() {
    local service
    declare -gA port_of
    for service in "${services[@]}" gateway-internal; do
        free_port
        port_of[$service]=$REPLY
    done
    if [ -n "${PORT:-}" ]; then
        expect_free "$PORT"
        port_of[gateway]=$PORT
    else
        local port=8080
        until port_is_free $port; do port=$((port + 1)); done
        [ $port = 8080 ] || say "port 8080 is in use by another program, so the API is on port $port (PORT=… chooses another)"
        port_of[gateway]=$port
    fi
    gateway_url=http://127.0.0.1:${port_of[gateway]}
}

# Sets `environment` to the settings of a service.
settings_of() { # SERVICE
    local other role=${1//-/_}
    # A value that is given goes before a file, and the terminal may be one in which an .env was read; what is empty is not given.
    environment=(SERVICE_SECRET= MASTER_KEYS= FILE_SIGNING_KEY= HOST=127.0.0.1 "PORT=${port_of[$1]}" SHUTDOWN_SECONDS=5 "TOKEN_ISSUER=$gateway_url"
        "SERVICE_SECRET_FILE=$(secret "$1")" "REDIS_URL=unix://$sockets/redis.sock")
    for other in "${services[@]}"; do
        local name=${other//-/_}
        environment+=("${name^^}_URL=http://127.0.0.1:${port_of[$other]}")
    done
    if has_tables "$1"; then
        environment+=("DATABASE_URL=$(database_url "$role")" "DATABASE_OWNER_URL=$(database_url "${role}_owner")")
    fi
    case $1 in
    auth)
        environment+=("MASTER_KEYS_FILE=$(secret master-keys 1:)")
        for other in "${services[@]}"; do
            local name=${other//-/_}
            environment+=("${name^^}_SECRET=" "${name^^}_SECRET_FILE=$(secret "$other")")
        done
        ;;
    agent)
        environment+=(OPENAI_API_KEY= "MODEL_URL=$model_url" "MODEL_NAME=$model_name" "MODEL_API_KEY=$model_key"
            "MODEL_MAX_TOKENS=$model_longest_reply" "MODEL_CONTEXT_TOKENS=$model_context")
        ;;
    tool-execution) environment+=("LAUNCHER=$launcher" "MASTER_KEYS_FILE=$(secret tool-execution-master-keys 1:)") ;;
    file) environment+=("STORAGE_PATH=$slot/files" "FILE_SIGNING_KEY_FILE=$(secret file-signing-key)" "PUBLIC_URL=$gateway_url") ;;
    gateway) environment+=("SWAGGER_UI=$state/swagger-ui" "INTERNAL_PORT=${port_of[gateway-internal]}") ;;
    esac
}

migrate_services() {
    local service environment
    for service in "${services[@]}"; do
        has_tables "$service" || continue
        settings_of "$service"
        (export "${environment[@]}" && exec "$programs/troupe-$service" migrate) >"$slot/log/migrate-$service.log" 2>&1 \
            || fail "migrating $service failed: $(tail -n 3 "$slot/log/migrate-$service.log")"
    done
}

start_services() {
    local service environment
    for service in "${services[@]}"; do
        settings_of "$service"
        spawn "$service" TERM "$programs/troupe-$service"
    done
    for service in "${services[@]}"; do
        until_ready "$service" answers_ok "${port_of[$service]}" /readyz
    done
}

# Whether a GET of a path is answered with 200. Bash's own sockets: a bare Debian has no curl.
answers_ok() ( # PORT PATH
    local status
    exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
    printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$2" >&3
    read -r -t 5 _ status _ <&3
    exec 3>&-
    [ "$status" = 200 ]
)
