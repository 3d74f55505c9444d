# Everything that one conversation needs, of programs that are built. Needs a slot, a chosen model, and `programs`, their folder.
# shellcheck shell=bash

start_instance() {
    build_launcher
    say "starting PostgreSQL, Redis${model_is_local:+, the model} and the services"
    start_postgres "$slot/postgres"
    start_redis "$slot/redis" --appendonly yes
    [ -z "$model_is_local" ] || start_model
    make_database
    # Between the choice of the ports and the services that bind them another instance would find the same ones free.
    lock_machine ports
    choose_ports
    migrate_services
    start_services
    unlock_machine
    say "ready: $gateway_url"
}

# One conversation in the terminal.
demonstrate() {
    foreground demonstration env TROUPE_URL="$gateway_url" DEMO_PASSWORD_FILE="$(secret demo-password)" "$programs/troupe-demonstration"
}
