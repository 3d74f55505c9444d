#!/bin/bash
# make run: everything that is missing, the build, PostgreSQL, Redis, the model, the six services; then one conversation in the
# terminal; then it serves until Ctrl-C. What was said and saved stays in .local/run for the next time.
. "$(dirname "$0")/stack/stack.sh"

choose_model
"$root/deploy/local/packages/debian.sh"
"$root/deploy/local/packages/python.sh" stack ${model_is_local:+model}
own_slot run
[ -z "${PORT:-}" ] || expect_free "$PORT"

say "building"
foreground build swift build --configuration release --static-swift-stdlib
programs=$root/.build/release
start_instance
demonstrate || fail "no conversation was possible with the model $model_name at $model_url" "The logs are in $slot/log"

cat <<TEXT

  API             $gateway_url/api/v1
  documentation   $gateway_url/docs
  health          $gateway_url/readyz
  demo account    demo@example.com   $(cat "$(secret demo-password)")
  model           $model_name at $model_url
  logs            $slot/log

Serving until Ctrl-C.
TEXT
while :; do
    for service in postgres redis ${model_is_local:+model} "${services[@]}"; do
        recorded "$service" || fail "$service has ended; its log is $slot/log/$service.log"
    done
    sleep 1 &
    wait $!
done
