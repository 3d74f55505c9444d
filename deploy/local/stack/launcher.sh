# The sandbox launcher, compiled again when a source of it is newer.
# shellcheck shell=bash

build_launcher() {
    local sources=$root/Services/ToolExecution/Launcher
    launcher=$state/bin/sandbox-launcher
    if ! [ -x "$launcher" ] || [ -n "$(find "$sources" -newer "$launcher" -type f -print -quit)" ]; then
        say "compiling the sandbox launcher"
        "$sources/build.sh" "$launcher"
    fi
}
