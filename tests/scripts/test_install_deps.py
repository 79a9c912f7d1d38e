"""scripts/install-deps and scripts/install-packages with a fake apt-get, which installs services as
packages' own scripts do, by the Debian tools that they use."""

import os
import signal
import unittest

from machine import ROOT, Machine

INSTALL_DEPS = ROOT / "scripts" / "install-deps"
INSTALL_PACKAGES = ROOT / "scripts" / "install-packages"

# `package NAME`: what a package with a service and a runlevel script does when it is configured.
APT_GET = r"""
export DPKG_MAINTSCRIPT_PACKAGE=varnish
package() {
    unit=$DPKG_ROOT/lib/systemd/system/$1.service
    printf '%s\n' '[Service]' ExecStart=/bin/true '[Install]' WantedBy=multi-user.target >"$unit"
    printf '%s\n' '#!/bin/sh' '### BEGIN INIT INFO' "# Provides: $1" \
        '# Required-Start: $remote_fs' '# Required-Stop: $remote_fs' \
        '# Default-Start: 2 3 4 5' '# Default-Stop: 0 1 6' '### END INIT INFO' \
        >"$DPKG_ROOT/etc/init.d/$1"
    chmod +x "$DPKG_ROOT/etc/init.d/$1"
    if deb-systemd-helper --quiet was-enabled "$1.service"; then
        deb-systemd-helper enable "$1.service" >/dev/null
    fi
    update-rc.d "$1" defaults
    answer=0
    policy=$DPKG_ROOT/usr/sbin/policy-rc.d
    [ ! -x "$policy" ] || "$policy" "$1" start || answer=$?
    log "policy says $answer to $1"
}
for word in "$@"; do
    case $word in
    update) log update; exit ;;
    install) log "install ${*##*--no-install-recommends}" ;;
    esac
done
package varnish
package nginx
"""

WANTS = "etc/systemd/system/multi-user.target.wants"


def new_machine(apt_get=APT_GET):
    machine = Machine()
    machine.fake("apt-get", apt_get)
    machine.fake("dpkg-query", 'for package in "$@"; do :; done\n'
                               'grep -qx "$package" "$MACHINE/installed" && printf installed')
    machine.fake("id", "echo 0")
    (machine.folder / "installed").touch()
    return machine


def enabled(machine):
    """Names of what would start: systemd's links, and S links of the runlevels."""
    wants = machine.root.glob("etc/systemd/system/*.wants/*")
    starts = machine.root.glob("etc/rc[2345S].d/S*")
    return {path.name.removesuffix(".service") for path in wants} | {path.name[3:]
                                                                     for path in starts}


class Which(unittest.TestCase):
    def asked_for(self, *options):
        with new_machine() as machine:
            self.assertEqual(machine.run(INSTALL_DEPS, *options)[0], 0)
            update, install = (line for line in machine.logged() if not line.startswith("policy"))
            self.assertEqual(update, "update")
            return set(install.split()) - {"install"}

    def test_what_a_test_or_a_benchmark_calls_is_named(self):
        self.assertLess({"gcc", "make", "curl"}, self.asked_for())
        self.assertLess({"git", "nginx", "varnish", "prometheus", "valgrind", "cargo-web"},
                        self.asked_for("--test"))
        self.assertLess({"git", "nginx", "wrk", "linux-perf", "gnuplot-nox"},
                        self.asked_for("--bench"))
        self.assertLess({"debhelper", "lintian", "mmdebstrap"}, self.asked_for("--deb"))
        self.assertFalse({"debhelper", "lintian"} & (self.asked_for() | self.asked_for("--test")))

    def test_only_what_is_missing_is_installed(self):
        with new_machine() as machine:
            present = sorted(self.asked_for() - {"make", "curl"})
            (machine.folder / "installed").write_text("\n".join(present) + "\n", encoding="utf-8")
            self.assertEqual(machine.run(INSTALL_DEPS)[0], 0)
            self.assertIn("install make curl", " ".join(machine.logged()).replace("  ", " "))

    def test_nothing_is_asked_for_where_nothing_is_missing(self):
        with new_machine() as machine:
            machine.fake("dpkg-query", "printf installed")
            self.assertEqual(machine.run(INSTALL_DEPS, "--test"),
                             (0, "install-deps: nothing is missing\n", ""))
            self.assertEqual(machine.logged(), [])

    def test_without_root_one_line_says_what_to_do(self):
        for sudo in (None, "exit 1"):
            with new_machine() as machine:
                machine.fake("id", "echo 1000")
                if sudo is not None:
                    machine.fake("sudo", sudo)
                status, printed, errors = machine.run(INSTALL_DEPS, "--test")
                self.assertEqual((status, printed, errors.count("\n")), (1, "", 1))
                self.assertIn(f"run {INSTALL_DEPS} --test as root, or: "
                              "apt-get update && apt-get install ", errors)
                self.assertIn(" git ", errors)
                self.assertEqual(machine.logged(), [])

    def test_sudo_is_used_where_it_is(self):
        with new_machine() as machine:
            machine.fake("id", "echo 1000")
            machine.fake("sudo", 'log sudo; exec "$@"')
            self.assertEqual(machine.run(INSTALL_DEPS)[0], 0)
            self.assertEqual(machine.logged()[:3], ["sudo", "sudo", "update"])

    def test_elsewhere_than_on_debian_the_names_are_printed(self):
        with new_machine() as machine:
            (machine.programs / "apt-get").unlink()
            status, printed, errors = machine.run(INSTALL_DEPS)
            self.assertEqual((status, printed), (0, ""))
            self.assertIn("libsqlite3-dev", errors)

    def test_command_line(self):
        with new_machine() as machine:
            for option in ("--help", "-h"):
                status, printed, errors = machine.run(INSTALL_DEPS, option)
                self.assertEqual((status, errors, printed[:6]), (0, "", "Usage:"))
            status, printed, errors = machine.run(INSTALL_DEPS, "--nope")
            self.assertEqual((status, printed, errors[:6]), (2, "", "Usage:"))


@unittest.skipUnless(os.access("/usr/bin/deb-systemd-helper", os.X_OK), "this is not Debian")
class Services(unittest.TestCase):
    def setUp(self):
        self.machine = new_machine()
        self.addCleanup(self.machine.__exit__)
        self.policy = self.machine.root / "usr/sbin/policy-rc.d"

    def install(self):
        status, printed, errors = self.machine.run(INSTALL_PACKAGES, "varnish", "nginx")
        self.assertEqual((status, errors), (0, ""))
        return printed

    def assert_nothing_of_ours_is_left(self):
        self.assertEqual([path.name for path in (self.machine.root / "usr/sbin").iterdir()], [])

    def test_the_fake_does_enable_them(self):
        status, _, errors = self.machine.run("-c", 'apt-get install')
        self.assertEqual((status, errors), (0, ""))
        self.assertEqual(enabled(self.machine), {"varnish", "nginx"})
        self.assertIn("policy says 0 to nginx", self.machine.logged())

    def test_none_is_started_or_stays_enabled(self):
        self.assertIn("left disabled: nginx varnish", self.install())
        self.assertEqual(self.machine.logged()[2:],
                         ["policy says 101 to varnish", "policy says 101 to nginx"])
        self.assertEqual(enabled(self.machine), set())
        self.assert_nothing_of_ours_is_left()

    def test_an_upgrade_does_not_enable_them_again(self):
        self.install()
        self.install()
        self.machine.run("-c", "apt-get install")
        self.assertEqual(enabled(self.machine), set())

    def test_what_was_enabled_stays_enabled(self):
        self.machine.fake("apt-get", APT_GET.replace("package nginx", ""))
        self.machine.run("-c", "apt-get install")
        # Of nginx, systemd's link is new, but by a runlevel it was on. Of varnish, a number is new.
        (self.machine.root / "etc/rc2.d/S04nginx").symlink_to("../init.d/nginx")
        self.machine.fake("apt-get", APT_GET + 'cd "$DPKG_ROOT/etc/rc3.d"\n'
                          'mv S01varnish S02varnish')
        self.assertNotIn("left disabled", self.install())
        self.assertEqual(enabled(self.machine), {"varnish", "nginx"})
        self.assertTrue((self.machine.root / WANTS / "nginx.service").is_symlink())

    def test_a_timer_is_disabled_too(self):
        self.machine.fake("apt-get", r"""case "$*" in *update*) exit ;; esac
            printf '[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n' \
                >"$DPKG_ROOT/lib/systemd/system/tidy.timer"
            DPKG_MAINTSCRIPT_PACKAGE=man-db deb-systemd-helper enable tidy.timer""")
        self.assertIn("left disabled: tidy.timer", self.install())
        self.assertEqual(enabled(self.machine), set())

    def test_a_policy_that_is_there_is_kept_and_decides(self):
        for text in ("#!/bin/sh\nexit 104\n", "#!/bin/sh\nexit 101\n"):
            self.policy.write_text(text, encoding="utf-8")
            self.policy.chmod(0o700)
            self.machine.fake("invoke-rc.d", 'log "$*"')
            before = self.policy.stat()
            self.machine.log.write_text("", encoding="utf-8")
            self.install()
            after = self.policy.stat()
            self.assertEqual((before.st_ino, before.st_mtime_ns, before.st_mode),
                             (after.st_ino, after.st_mtime_ns, after.st_mode))
            self.assertEqual(self.policy.read_text(encoding="utf-8"), text)
            self.assertIn(f"policy says {text[-4:-1]} to nginx", self.machine.logged())
            self.assertEqual(enabled(self.machine), set())
        self.policy.unlink()

    @unittest.skipIf(os.path.isdir("/run/systemd/system"), "systemd itself would be asked")
    def test_what_another_policy_let_start_is_stopped(self):
        self.policy.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
        self.policy.chmod(0o755)
        self.machine.fake("invoke-rc.d", 'log "$*"')
        self.install()
        self.assertLess({"nginx stop", "varnish stop"}, set(self.machine.logged()))

    def test_a_policy_that_is_a_dangling_link_is_kept(self):
        self.policy.symlink_to("/nowhere/policy")
        self.install()
        self.assertEqual(os.readlink(self.policy), "/nowhere/policy")

    def test_a_failed_installation_leaves_nothing_behind(self):
        self.machine.fake("apt-get", APT_GET + "echo 'E: no space'; exit 100")
        status, printed, errors = self.machine.run(INSTALL_PACKAGES, "varnish", "nginx")
        self.assertEqual(status, 1)
        self.assertIn("E: no space\n", errors)
        self.assertIn("install-deps: could not install: varnish nginx\n", errors)
        self.assertIn("left disabled: nginx varnish", printed)
        self.assertEqual(enabled(self.machine), set())
        self.assert_nothing_of_ours_is_left()

    def interrupted(self, number, to_group):
        """The exit status where a signal comes while the packages are being configured."""
        at_work, go_on = self.machine.folder / "at-work", self.machine.folder / "go-on"
        for path in (at_work, go_on):
            path.unlink(missing_ok=True)
            os.mkfifo(path)
        self.machine.fake("apt-get", APT_GET + f'echo >"{at_work}"; read _ <"{go_on}"')
        with self.machine.start(INSTALL_PACKAGES, "varnish", "nginx") as process:
            at_work.read_text(encoding="utf-8")
            self.assertTrue(self.policy.exists())
            (os.killpg if to_group else os.kill)(process.pid, number)
            if not to_group:
                # What apt-get does it does to its end: nothing may start meanwhile.
                self.assertTrue(self.policy.exists())
                go_on.write_text("\n", encoding="utf-8")
            process.communicate(timeout=300)
        return process.returncode

    def test_a_signal_leaves_nothing_behind(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            for to_group in (False, True):
                with self.subTest(number=number, to_group=to_group):
                    self.assertEqual(self.interrupted(number, to_group), 128 + number)
                    self.assertEqual(enabled(self.machine), set())
                    self.assert_nothing_of_ours_is_left()

    def test_one_left_behind_by_a_kill_allows_all_and_goes_with_the_next_run(self):
        self.assertEqual(self.interrupted(signal.SIGKILL, True), -signal.SIGKILL)
        self.assertEqual(self.machine.run(self.policy, "nginx", "start")[0], 0)
        self.machine.fake("apt-get", APT_GET)
        self.install()
        self.assertIn("policy says 101 to nginx", self.machine.logged())
        self.assert_nothing_of_ours_is_left()


class Update(unittest.TestCase):
    def test_a_mirror_that_is_away_for_a_moment_is_asked_again(self):
        with new_machine() as machine:
            machine.fake("sleep", 'log "sleep $*"')
            machine.fake("apt-get", 'case "$*" in *update*) log update; exit 100; esac\n'
                                    'log install')
            status, _, errors = machine.run(INSTALL_PACKAGES, "git")
            self.assertEqual(status, 0)
            self.assertIn("apt-get update keeps failing", errors)
            self.assertEqual(machine.logged(), ["update", "sleep 2", "update", "sleep 4", "update",
                                                "sleep 8", "update", "install"])


if __name__ == "__main__":
    unittest.main()
