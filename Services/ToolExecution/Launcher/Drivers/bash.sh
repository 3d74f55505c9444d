# Runs blocks of shell script in one lasting shell. A block arrives on descriptor 98 and ends with a zero byte; its exit status
# goes out on 99 as a line. `exit` and an interruption end the shell itself: a new one takes its place, with the exported
# variables and the folder of the old one.
__restart() {
    local status=$1
    trap - EXIT INT
    exec 1>&94 2>&93
    printf '%d\n' "$status" >&99
    exec bash --norc --noprofile "$0"
}
exec 94>&1 93>&2
trap '__restart $?' EXIT
trap '__restart 130' INT
while IFS= read -r -d '' -u 98 __block; do
    eval "$__block"
    printf '%d\n' $? >&99
done
trap - EXIT
