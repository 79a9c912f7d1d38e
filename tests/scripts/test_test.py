"""scripts/test in a tree of its own, where make is a fake: its last lines, and how it ends."""

import os
import select
import shutil
import signal
import unittest

from machine import ROOT, Machine

LINE_OF_TIMES = r"seconds:(  \w+ \d+ s)+"


class Test(unittest.TestCase):
    def setUp(self):
        self.machine = Machine()
        self.addCleanup(self.machine.__exit__)
        scripts = self.machine.folder / "tree" / "scripts"
        scripts.mkdir(parents=True)
        self.script = scripts / "test"
        shutil.copy(ROOT / "scripts" / "test", self.script)
        self.machine.fake("install-deps", 'log "install-deps $*"')
        (self.machine.programs / "install-deps").rename(scripts / "install-deps")

    def fake_make(self, script):
        """$target is the last word of make's command line."""
        self.machine.fake("make", f'for target in "$@"; do :; done\nlog "$target"\n{script}')

    def test_every_phase_runs_and_the_last_line_has_the_sum(self):
        self.fake_make('echo "5 passed, 0 failed, 1 skipped"')
        status, printed, _ = self.machine.run(self.script)
        self.assertEqual(status, 0)
        times, total = printed.splitlines()[-2:]
        self.assertRegex(times, LINE_OF_TIMES)
        installed, *targets = self.machine.logged()
        self.assertEqual(installed, "install-deps --test")
        self.assertLess({"test-unsanitized", "asan", "tsan", "lint", "fuzz", "report-check", "scripts-check"},
                        set(targets))
        self.assertEqual(total, f"{5 * len(targets)} passed, 0 failed, {len(targets)} skipped")
        self.assertNotIn("failed: ", printed)

    def test_what_has_no_time_left_is_skipped_and_named(self):
        self.fake_make('echo "5 passed, 0 failed"')
        status, printed, _ = self.machine.run("-c", f"TEST_SECONDS=0 exec sh {self.script}")
        self.assertEqual(status, 0)
        self.assertEqual(self.machine.logged(), ["install-deps --test"])
        *_, named, _, times, total = printed.splitlines()
        self.assertRegex(named, "^not run, for 0 s were over:(?=.* lint)(?=.* asan)")
        self.assertEqual(total, f"0 passed, 0 failed, {len(times.split('  ')) - 1} skipped")

    def test_the_last_lines_name_what_failed_and_its_log(self):
        self.fake_make("""case $target in
            asan) echo "3 passed, 2 failed"; exit 2 ;;
            lint) echo "x.c:1: no"; exit 2 ;;
            report-check) echo "report is broken"; exit 2 ;;
            *) echo "5 passed, 0 failed" ;;
            esac""")
        status, printed, _ = self.machine.run(self.script)
        self.assertEqual(status, 1)
        *_, times, first, second, third, total = printed.splitlines()
        self.assertRegex(times, LINE_OF_TIMES)
        # These run beside each other, and end in any order.
        self.assertEqual(sorted((first, second, third)),
                         [f"failed: {name}, see build/logs/{name}.log" for name in ("asan", "lint", "report")])
        n_good = len(self.machine.logged()) - 4  # but install-deps and these
        self.assertEqual(total, f"{5 * n_good + 3} passed, 4 failed")
        for name, text in (("asan", "3 passed, 2 failed"), ("report", "report is broken")):
            log = self.script.parent.parent / "build" / "logs" / f"{name}.log"
            self.assertIn(text, log.read_text(encoding="utf-8"))

    def test_nothing_runs_where_packages_are_missing(self):
        self.fake_make("")
        self.machine.fake("install-deps", "exit 1")
        (self.machine.programs / "install-deps").rename(self.script.parent / "install-deps")
        self.assertEqual(self.machine.run(self.script), (1, "", ""))
        self.assertEqual(self.machine.logged(), [])

    def test_a_signal_ends_what_runs(self):
        at_work = self.machine.folder / "at-work"
        for number in (signal.SIGINT, signal.SIGTERM):
            at_work.unlink(missing_ok=True)
            os.mkfifo(at_work)
            self.fake_make(f'[ "$target" != test-unsanitized ] || {{ exec 3>"{at_work}"; echo at work >&3\n'
                           'exec sleep 1000; }')
            with self.machine.start(self.script) as process, open(at_work, "rb", 0) as pipe:
                self.assertEqual(pipe.readline(), b"at work\n")
                process.send_signal(number)
                process.communicate(timeout=300)
                # Its end is read when nobody holds the other any more.
                self.assertEqual(select.select([pipe], [], [], 300)[0], [pipe])
                self.assertEqual(pipe.read(), b"")
            self.assertEqual(process.returncode, 128 + number)

    def test_command_line(self):
        for option in ("--help", "-h"):
            status, printed, errors = self.machine.run(self.script, option)
            self.assertEqual((status, printed[:6], errors), (0, "Usage:", ""))
        status, printed, errors = self.machine.run(self.script, "--nope")
        self.assertEqual((status, printed, errors[:6]), (2, "", "Usage:"))


if __name__ == "__main__":
    unittest.main()
