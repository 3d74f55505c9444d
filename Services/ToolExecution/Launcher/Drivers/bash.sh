# Runs blocks of shell script in one lasting shell. A block arrives on descriptor 98 and ends with a zero byte; when it begins an
# empty line goes out on 99, and its exit status when it has ended. `exit` and an interruption end the shell itself: a new one takes
# its place, with the exported variables and the folder of the old one, and tells the status.
__restart() {
    __running=
    trap - EXIT
    exec 1>&94 2>&93
    exec bash --norc --noprofile "$0" "$1"
}
__running=
trap '__restart $?' EXIT
trap '[[ -z $__running ]] || __restart 130' INT
exec 94>&1 93>&2
[[ -z $1 ]] || printf '%d\n' "$1" >&99
while IFS= read -r -d '' -u 98 __block; do
    __running=yes
    printf '\n' >&99
    eval "$__block"
    __status=$?
    __running=
    printf '%d\n' "$__status" >&99
done
trap - EXIT
