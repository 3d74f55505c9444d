#!/bin/bash
# container.sh TREE READ_ONLY HOSTS MOUNTS COMMAND…: runs a command in a tree of files as a container engine would: with mounts,
# processes and a host name of its own, as user 10001 without capabilities who can gain none, and with the environment that it is given.
# READ_ONLY is `true` or `false`; MOUNTS are lines of `tmpfs PLACE` or `bind FOLDER PLACE`. The network is the caller's.
set -eu
exec unshare --user --map-root-user --mount --pid --ipc --uts --fork --kill-child=KILL --propagation private bash -c '
set -eu
tree=$1 read_only=$2 hosts=$3 mounts=$4
shift 4
mount --bind "$tree" "$tree"
cd "$tree"
mount -t proc proc proc
mount -t tmpfs -o mode=755,nosuid tmpfs dev
for device in null zero full random urandom tty; do
    : >"dev/$device"
    mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/shm dev/pts
mount -t tmpfs -o mode=1777,nosuid,nodev shm dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mount --bind "$hosts" etc/hosts
while read -r kind first second; do
    case $kind in
    tmpfs) mount -t tmpfs -o mode=1777,size=64m,nosuid,nodev tmpfs ".$first" ;;
    bind) mount --bind "$first" ".$second" ;;
    esac
done <<<"$mounts"
/usr/sbin/pivot_root . .
umount -l .
cd /
! [ "$read_only" = true ] || mount -o remount,bind,ro /
exec unshare --user --map-user=10001 --map-group=10001 \
    setpriv --bounding-set=-all --inh-caps=-all --ambient-caps=-all --no-new-privs -- "$@"
' container "$@"
