#!/bin/sh
# Starts a systemd of its own, with an installation laid over this machine's files, and runs a script below it
# as a service. Nothing that happens there is seen outside: all of it lies in namespaces (files, processes,
# names, network, cgroups), the files written in memory, and the kernel's settings are read-only.
#
# Usage, as root: boot.sh STAGE FOLDER     STAGE is what `make install DESTDIR=STAGE` made. FOLDER, which is
#                                          /run/scene there, has the script, `scene.sh`, and gets what that
#                                          prints, `result`
# Exit status: 77 where this machine does not allow it. That all went well is for the script to print.
set -eu

stage=$1
scene=$2
here=$(dirname "$(readlink -f "$0")")
unsupported=77

# ---- Outside: a cgroup of its own, which is removed. ----

if [ "${inside-}" = '' ]; then
    scratch=$(mktemp -d)
    trap 'rmdir "$scratch"' EXIT
    unshare --mount true 2>/dev/null || exit "$unsupported"
    export inside=cgroup scratch
    unshare --mount sh "$0" "$@" && status=0 || status=$?
    exit "$status"
fi

if [ "$inside" = cgroup ]; then
    mount -t tmpfs tmpfs "$scratch" || exit "$unsupported"
    mkdir "$scratch/cgroups"
    mount -t cgroup2 cgroup2 "$scratch/cgroups" 2>/dev/null || exit "$unsupported"
    own=$scratch/cgroups/cratedex-test-$$
    mkdir "$own" 2>/dev/null || exit "$unsupported"
    trap 'find "$own" -depth -type d -exec rmdir {} +' EXIT
    inside=all
    # This shell itself must stay outside of the cgroup, to be able to remove it.
    sh -c 'echo $$ >"$0/cgroup.procs" && exec timeout -s KILL 120 unshare --fork --kill-child \
        --mount --pid --uts --ipc --net --cgroup sh "$@"' "$own" "$0" "$@" && status=0 || status=$?
    # With the first process of the namespaces all others end; that takes the kernel a moment.
    while grep -q 'populated 1' "$own/cgroup.events"; do sleep 0.05; done
    exit "$status"
fi

# ---- Inside ----

mount --make-rprivate /
cd "$scratch"
mkdir upper work root
mount -t overlay -o "lowerdir=/,upperdir=$scratch/upper,workdir=$scratch/work" overlay root || exit "$unsupported"
cd root
# shellcheck source=scripts/debian/inside.sh
. "$here/../../scripts/debian/inside.sh"
mount_kernel_files
mount -t tmpfs -o mode=755 tmpfs tmp

# Of this machine's own services none is started: what remains of its targets is the journal.
rm -rf etc/fstab etc/systemd/system ./*/systemd/system/*.wants usr/lib/systemd/system/*.wants
mkdir -p etc/systemd/system etc/systemd/journald.conf.d
printf '[Journal]\nStorage=volatile\nAudit=no\nReadKMsg=no\n' >etc/systemd/journald.conf.d/scene.conf
ln -s /dev/null etc/systemd/system/systemd-journald-audit.socket # the kernel's log is not in a namespace
echo 0123456789abcdef0123456789abcdef >etc/machine-id # else all units would be enabled
cp -R "$stage/." .
mkdir run/scene
mount --bind "$scene" run/scene
cat >etc/systemd/system/sysinit.target <<'END'
[Unit]
Wants=systemd-journald.service
After=systemd-journald.service
END
cat >etc/systemd/system/scene.service <<'END'
[Service]
ExecStart=/bin/sh /run/scene/scene.sh
StandardOutput=append:/run/scene/result
StandardError=inherit
ExecStopPost=/bin/systemctl poweroff --force --force
END
become_systemd --unit=scene.service --log-target=null
