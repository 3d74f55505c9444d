#!/bin/sh
# boot.sh KERNEL: boots a Linux kernel in QEMU, where control groups are version 2 and nothing else, and runs guest.py there against the
# launcher. Exits with the guest's verdict. For machines whose own control groups are version 1.
#
# What it needs on Debian, and a kernel, which is not installed (two and a half minutes without KVM):
#
#     apt-get install --no-install-recommends qemu-system-x86 cpio
#     apt-get download "$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: //p')"
#     dpkg -x linux-image-*.deb kernel && Tests/LauncherTests/ControlGroups/boot.sh kernel/boot/vmlinuz-*
set -eu
kernel=$1
here=$(cd "$(dirname "$0")" && pwd)
root=$(mktemp -d)
chmod 755 "$root"
trap 'rm -rf "$root"' EXIT
mkdir -p "$root/proc" "$root/sys" "$root/dev" "$root/tmp" "$root/etc" "$root/run" "$root/mnt" "$root/root" "$root/usr/bin" "$root/usr/lib"
for link in bin sbin lib lib64; do
    [ ! -L "/$link" ] || cp -a "/$link" "$root/$link"
done
mkdir -p "$root/usr/sbin" "$root/usr/lib64"
"$here/../../../Services/ToolExecution/Launcher/build.sh" "$root/root/launcher"
cp "$here/guest.py" "$root/root"
add() {
    mkdir -p "$root$(dirname "$1")"
    cp -L "$1" "$root$1"
    ldd "$1" 2>/dev/null | grep -o '/[^ ]*' | while read -r library; do
        mkdir -p "$root$(dirname "$library")"
        [ -e "$root$library" ] || cp -L "$library" "$root$library"
    done
}
python=$(readlink -f /usr/bin/python3)
for program in "$python" /bin/bash /bin/sh /bin/mount /bin/cat /bin/sleep /usr/bin/setpriv /usr/sbin/chroot; do add "$program"; done
[ "$python" = /usr/bin/python3 ] || ln -s "$(basename "$python")" "$root/usr/bin/python3"
standard=$("$python" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
tar -C / -c --exclude=test --exclude=__pycache__ --exclude=dist-packages --exclude='config-*' ".$standard" | tar -C "$root" -x
for module in "$standard"/lib-dynload/_ctypes.*.so; do add "$module"; done
cat > "$root/init" <<'INIT'
#!/bin/sh
# What the kernel has unpacked cannot be left by pivot_root: one mount more can.
mount --bind / /mnt
cd /mnt
mount --move . /
exec chroot . /begin
INIT
cat > "$root/begin" <<'INIT'
#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmp /tmp
mount -t cgroup2 groups /sys/fs/cgroup
exec python3 /root/guest.py
INIT
chmod 755 "$root/init" "$root/begin"
(cd "$root" && find . -print0 | cpio -0 -o -H newc --quiet) | gzip -1 > "$root.image"
trap 'rm -rf "$root" "$root.image" "$root.log"' EXIT
[ -w /dev/kvm ] && grep -qE 'vmx|svm' /proc/cpuinfo && machine=kvm || machine=tcg
timeout 580 qemu-system-x86_64 -accel "$machine" -m 1024 -smp 2 -nographic -no-reboot -nic none -kernel "$kernel" -initrd "$root.image" \
    -append 'console=ttyS0 quiet panic=-1 cgroup_no_v1=all' < /dev/null | tee "$root.log"
grep -q '^all of it works' "$root.log"
