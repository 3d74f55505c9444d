# Secrets of this installation: made once, kept in files that only this user reads.
# shellcheck shell=bash

# Prints the path of the file that holds the secret, and makes it when it is not there.
secret() { # NAME [PREFIX]
    local file=$slot/secrets/$1
    if ! [ -s "$file" ]; then
        (
            umask 077
            mkdir -p "$slot/secrets"
            printf '%s%s\n' "${2:-}" "$(head -c 32 /dev/urandom | base64 --wrap 0)" >"$file.new"
            mv "$file.new" "$file"
        )
    fi
    echo "$file"
}
