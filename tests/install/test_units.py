"""The service's files, held against what reads them: systemd's own programs, which need no systemd that runs. Tests of what
this machine has no program for are skipped. test_started_service.py starts the units."""

import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import stage

UNITS = Path("lib/systemd/system")
SERVICES = ("cratedex-server.service", "cratedex-nightly.service")
MAX_EXPOSURE = 1.5
FILTER = stage.ROOT / "server" / "sandbox" / "syscall_filter.c"


def needs(program):
    return unittest.skipUnless(shutil.which(program), f"there is no {program} (a Debian package of scripts/install-deps --test)")


def values(unit, name):
    text = stage.path(UNITS / unit).read_text()
    return re.findall(rf"^{name}=(.*)$", text, re.MULTILINE)


@needs("systemd-analyze")
class Units(unittest.TestCase):
    def setUp(self):
        """Makes a root with this machine's units, which ours refer to, and what ours start."""
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = Path(temporary.name)
        shutil.copytree("/usr" / UNITS, self.root / "usr" / UNITS, symlinks=True)
        shutil.copytree(stage.path(UNITS), self.root / "usr" / UNITS, dirs_exist_ok=True)
        shutil.copytree(stage.path("bin"), self.root / "usr/bin")
        shutil.copy(shutil.which("kill"), self.root / "usr/bin/kill")
        (self.root / "bin").symlink_to("usr/bin")
        self.units = sorted(file.name for file in stage.path(UNITS).iterdir())

    def verify(self):
        """What systemd has to say of our units."""
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", f"--root={self.root}", *self.units],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return done.returncode, [line for line in done.stdout.splitlines() if "cratedex-" in line]

    def test_systemd_has_no_objection(self):
        self.assertEqual(len(self.units), 5)
        self.assertEqual(self.verify(), (0, []))

    def test_systemd_objects_to_what_is_wrong(self):
        """So the test before would notice it."""
        unit = self.root / "usr" / UNITS / SERVICES[0]
        unit.write_text(unit.read_text().replace("NoNewPrivileges=", "NoNewPrivilege="))
        (self.root / "usr/bin/cratedex-nightly").unlink()
        status, said = self.verify()
        self.assertEqual((status, len(said)), (1, 2), said)
        self.assertIn("NoNewPrivilege", "".join(said))

    def test_little_is_exposed(self):
        for service in SERVICES:
            with self.subTest(service):
                printed = stage.run("systemd-analyze", "security", "--offline=yes", "--no-pager",
                                    stage.path(UNITS / service))
                exposure = re.search(r"Overall exposure level for \S+: ([0-9.]+) ", printed)[1]
                self.assertLessEqual(float(exposure), MAX_EXPOSURE)

    def test_the_service_allows_what_its_own_sandbox_does(self):
        """A call that systemd forbids and the program needs would show when it is made, which may be late."""
        groups = {}
        for line in stage.run("systemd-analyze", "syscall-filter", "--no-pager").splitlines():
            if line.startswith("@"):
                group = groups.setdefault(line, [])
            elif re.match(r" +[@a-z]", line):
                group.append(line.strip())

        def calls(name):
            return {call for member in groups[name] for call in calls(member)} if name.startswith("@") else {name}

        allowed = calls("@default")
        for value in values(SERVICES[0], "SystemCallFilter"):
            named = {call for name in value.lstrip("~").split() for call in calls(name)}
            allowed = allowed - named if value.startswith("~") else allowed | named
        text = FILTER.read_text()
        for array in ("allowed", "partly_allowed"):
            own = re.search(rf" {array}\[\] = \{{(.*?)\}};", text, re.DOTALL)[1]
            names = re.findall(r'"([a-z0-9_]+)"', re.sub(r"/\*.*?\*/", "", own))
            self.assertGreater(len(names), 10)
            self.assertLessEqual(set(names), allowed)

    def test_the_pages_that_they_name_are_installed(self):
        for unit in self.units:
            for name, section in re.findall(r"man:(\S+)\((\d)\)", " ".join(values(unit, "Documentation"))):
                self.assertTrue(stage.path(f"share/man/man{section}/{name}.{section}").exists(), f"{unit}: {name}({section})")
        for service in SERVICES:
            self.assertIn(f"man:{service.removesuffix('.service')}(8)", " ".join(values(service, "Documentation")))

    def test_the_nightly_build_has_not_failed_where_another_is_going_on(self):
        status = re.search(r"(\d+) another run is going on", " ".join(stage.run(stage.path("bin/cratedex-nightly"), "--help").split()))
        self.assertEqual(values(SERVICES[1], "SuccessExitStatus"), [status[1]])

    def test_the_timer_names_a_time(self):
        for when in values("cratedex-nightly.timer", "OnCalendar"):
            self.assertIn("Next elapse:", stage.run("systemd-analyze", "calendar", when))


class Users(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.root = Path(temporary.name)
        (self.root / "etc").mkdir()

    @needs("systemd-sysusers")
    @needs("systemd-tmpfiles")
    def test_user_and_folders_are_made(self):
        stage.run("systemd-sysusers", f"--root={self.root}", stage.path("lib/sysusers.d/cratedex.conf"))
        user = (self.root / "etc/passwd").read_text().split(":")
        self.assertEqual((user[0], user[5], user[6].strip()), ("cratedex", "/var/lib/cratedex", "/usr/sbin/nologin"))
        stage.run("systemd-tmpfiles", "--create", f"--root={self.root}", stage.path("lib/tmpfiles.d/cratedex.conf"))
        for folder, mode in (("lib/cratedex/downloads", 0o755), ("lib/cratedex/indexes", 0o755), ("log/cratedex", 0o750)):
            status = (self.root / "var" / folder).stat()
            self.assertEqual((status.st_mode & 0o7777, status.st_uid), (mode, int(user[2])), folder)
        for service in SERVICES:
            self.assertEqual(values(service, "User"), ["cratedex"])


@needs("logrotate")
class Rotation(unittest.TestCase):
    def test_without_systemd_the_pid_file_says_whom_to_tell(self):
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            text = (stage.folder / "etc/logrotate.d/cratedex").read_text()
            for place in ("/var/log/cratedex", "/run/cratedex", "/run/systemd/system"):
                self.assertIn(place, text)
                text = text.replace(place, temporary if place != "/run/systemd/system" else f"{temporary}/no-systemd")
            configuration = folder / "logrotate"
            configuration.write_text(text.replace("    su cratedex cratedex\n", ""))
            configuration.chmod(0o600)
            (folder / "access.log").write_text("a line\n")
            told = folder / "told"
            waiter = subprocess.Popen(["sh", "-c", f"trap 'echo told >{told}; exit 0' USR1; echo; while :; do sleep 1; done"],
                                      stdout=subprocess.PIPE)
            waiter.stdout.readline()
            (folder / "cratedex-server.pid").write_text(f"{waiter.pid}\n")
            stage.run("logrotate", "--force", "--state", folder / "state", configuration)
            self.assertEqual((folder / "access.log.1").read_text(), "a line\n")
            self.assertEqual(waiter.wait(timeout=60), 0)
            waiter.stdout.close()
            self.assertEqual(told.read_text(), "told\n")


if __name__ == "__main__":
    unittest.main()
