#!/bin/bash
# machine.sh HOSTS PYTHON: a machine of one's own, without privileges: users, mounts, processes and a network with nothing but loopback.
# It lasts until its standard input ends, and then all that runs in it ends too.
set -eu
exec unshare --user --map-root-user --net --mount --pid --fork --kill-child=KILL --propagation private bash -c '
set -eu
mount -t proc proc /proc
mount --bind "$1" /etc/hosts
"$2" -c "import fcntl, socket, struct; fcntl.ioctl(socket.socket(), 0x8914, struct.pack(\"16sh\", b\"lo\", 1))" # up
echo ready
exec cat >/dev/null
' machine "$@"
