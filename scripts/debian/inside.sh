# What systemd wants to find before it is the first process, for a shell in namespaces of its own (mounts,
# processes, cgroups) whose mounts are private, in the folder that becomes the root. Read by machine and by
# tests/install/boot.sh.
# shellcheck shell=sh

# mount_kernel_files: processes, devices, cgroups and a fresh /run. The kernel's settings are read-only.
mount_kernel_files() {
    mount -t proc proc proc
    mount --bind proc/sys proc/sys
    mount -o remount,bind,ro proc/sys
    mount -t sysfs -o ro sys sys
    mount -t cgroup2 cgroup2 sys/fs/cgroup
    mount -t tmpfs -o mode=755 run run
    mount -t tmpfs -o mode=755 dev dev
    mkdir dev/pts dev/shm
    mount -t devpts -o newinstance,ptmxmode=0666 pts dev/pts
    for node in null zero full random urandom tty; do
        : >dev/$node
        mount --bind /dev/$node dev/$node
    done
    ln -s pts/ptmx dev/ptmx
    ln -s /proc/self/fd dev/fd
}

# become_systemd OPTION…: leaves all other files behind.
become_systemd() {
    pivot_root . mnt
    cd /
    umount -l /mnt
    exec env -i container=cratedex PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        /lib/systemd/systemd --system --show-status=no "$@" </dev/null
}
