"""Which files come, and that they go again."""

import re
import tempfile
import unittest
from pathlib import Path

import stage

EXPECTED = {
    "bin/cratedex-index": 0o755,
    "bin/cratedex-server": 0o755,
    "bin/cratedex-fetch-dump": 0o755,
    "bin/cratedex-nightly": 0o755,
    "lib/libcratedex.a": 0o644,
    "lib/pkgconfig/cratedex.pc": 0o644,
    "share/man/man1/cratedex-index.1": 0o644,
    "share/man/man8/cratedex-server.8": 0o644,
    "share/man/man1/cratedex-fetch-dump.1": 0o644,
    "share/man/man8/cratedex-nightly.8": 0o644,
    "share/cratedex/synonyms.txt": 0o644,
    "share/doc/cratedex/README.md": 0o644,
    "share/doc/cratedex/server/README.md": 0o644,
    "share/doc/cratedex/server/OPERATIONS.md": 0o644,
    "lib/sysusers.d/cratedex.conf": 0o644,
    "lib/tmpfiles.d/cratedex.conf": 0o644,
    "/etc/cratedex/cratedex-server.conf": 0o644,
    "/etc/logrotate.d/cratedex": 0o644,
    "/etc/cratedex/nightly.conf": 0o644,
    "share/bash-completion/completions/cratedex-fetch-dump": 0o644,
    "share/bash-completion/completions/cratedex-nightly": 0o644,
    "share/bash-completion/completions/cratedex-index": 0o644,
    "share/bash-completion/completions/cratedex-server": 0o644,
}


class Installation(unittest.TestCase):
    def test_files_and_their_modes(self):
        expected = dict(EXPECTED)
        for header in (stage.ROOT / "include" / "cratedex").glob("*.h"):
            expected[f"include/cratedex/{header.name}"] = 0o644
        for part in (stage.ROOT / "scripts" / "operate").iterdir():
            expected[f"share/cratedex/operate/{part.name}"] = 0o644
        for ending in ("service", "socket", "timer"):
            for unit in (stage.ROOT / "scripts" / "systemd").glob(f"*.{ending}"):
                expected[f"lib/systemd/system/{unit.name}"] = 0o644
        found = {f"/{name}".removeprefix("/usr/"): (stage.folder / name).stat().st_mode & 0o7777
                 for name in stage.files(stage.folder)}
        self.assertEqual(found, expected)

    def test_units_name_the_programs_where_they_are(self):
        for prefix, configuration in (("/usr", "/etc"), ("/usr/local", "/etc"), ("/opt/here", "/opt/here/etc")):
            with self.subTest(prefix), tempfile.TemporaryDirectory() as temporary:
                stage.make("install", f"BUILD={stage.build}", f"DESTDIR={temporary}", f"PREFIX={prefix}")
                unit = Path(f"{temporary}{prefix}/lib/systemd/system/cratedex-server.service").read_text()
                command = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)[1].split()
                self.assertEqual(command[0], f"{prefix}/bin/cratedex-server")
                self.assertIn(f"{configuration}/cratedex/cratedex-server.conf", command)
                for named in (word for word in command if word.startswith("/")):
                    self.assertTrue(Path(f"{temporary}{named}").exists(), named)

    def test_programs_say_the_version_that_pkg_config_has(self):
        version = re.search(r"^VERSION = (\S+)$", (stage.ROOT / "Makefile").read_text(), re.MULTILINE)[1]
        for program in stage.PROGRAMS:
            self.assertEqual(stage.run(stage.path(f"bin/{program}"), "--version"), f"{program} {version}\n")
        self.assertIn(f"\nVersion: {version}\n", stage.path("lib/pkgconfig/cratedex.pc").read_text())

    def test_uninstall_leaves_nothing(self):
        for where in ("DESTDIR={}", "PREFIX={}", "PREFIX={} mandir={}/other/man libdir={}/lib64"):
            with self.subTest(where), tempfile.TemporaryDirectory() as temporary:
                arguments = [f"BUILD={stage.build}", *where.format(*[temporary] * 3).split()]
                stage.make("install", *arguments)
                self.assertGreater(len(stage.files(Path(temporary))), len(EXPECTED))
                stage.make("uninstall", *arguments)
                self.assertEqual(list(Path(temporary).iterdir()), [])

    def test_uninstall_leaves_what_is_not_ours(self):
        with tempfile.TemporaryDirectory() as temporary:
            others = ["bin/other", "include/cratedex/mine.h", "share/doc/cratedex/notes", "share/man/man1/other.1"]
            for other in others:
                (Path(temporary) / other).parent.mkdir(parents=True, exist_ok=True)
                (Path(temporary) / other).touch()
            arguments = [f"BUILD={stage.build}", f"PREFIX={temporary}"]
            stage.make("install", *arguments)
            stage.make("uninstall", *arguments)
            self.assertEqual(stage.files(Path(temporary)), sorted(others))

    def test_a_configuration_belongs_to_whoever_changed_it(self):
        """Installing again keeps it, and so does uninstalling; one that was left as it came goes."""
        with tempfile.TemporaryDirectory() as temporary:
            arguments = [f"BUILD={stage.build}", f"DESTDIR={temporary}", f"PREFIX={stage.PREFIX}"]
            stage.make("install", *arguments)
            changed = Path(temporary) / "etc/cratedex/cratedex-server.conf"
            changed.write_text("threads = 1\n")
            stage.make("install", *arguments)
            stage.make("uninstall", *arguments)
            self.assertEqual(stage.files(Path(temporary)), ["etc/cratedex/cratedex-server.conf"])
            self.assertEqual(changed.read_text(), "threads = 1\n")

    def test_of_a_system_uninstall_removes_our_own_folders_only(self):
        printed = stage.make("uninstall", "--dry-run", f"BUILD={stage.build}", "PREFIX=/usr/local")
        folders = re.search(r"^for folder in (.*); do", printed, re.MULTILINE)[1].split()
        self.assertEqual(folders, ["/usr/local/include/cratedex", "/usr/local/share/cratedex/operate",
                                   "/usr/local/share/cratedex",
                                   "/usr/local/share/doc/cratedex/server", "/usr/local/share/doc/cratedex",
                                   "/etc/cratedex"])
        self.assertNotIn("--parents", printed)

    def test_help_lists_the_targets_of_all_parts(self):
        listed = set(re.findall(r"^  ([a-z-]+) +\S", stage.make("help"), re.MULTILINE))
        self.assertLessEqual({"all", "install", "uninstall", "dist", "distclean", "check", "test", "lint", "bench",
                              "contract", "clean", "help"}, listed)
