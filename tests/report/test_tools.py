"""Programs that the report runs: what they print, and that none outlives its time."""

import os
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

import tools


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


class Tools(unittest.TestCase):
    def test_input_and_output(self):
        self.assertEqual(tools.run(["cat"], 10, input="é\n"), "é\n")
        self.assertEqual(tools.try_run(["sh", "-c", "echo out; echo error >&2"], 10), ("out\nerror\n", None))
        with self.assertRaisesRegex(tools.ReportError, "status 3\nwhy"):
            tools.run(["sh", "-c", "echo why >&2; exit 3"], 10)
        with self.assertRaisesRegex(tools.ReportError, "is not installed"):
            tools.run(["/no-such-program"], 10)

    def test_what_a_program_started_ends_with_it(self):
        with tempfile.TemporaryDirectory() as folder:
            child, tidied = Path(folder) / "child", Path(folder) / "tidied"
            script = f"trap 'echo > {tidied}; exit 1' TERM; sleep 1000 & echo $! > {child}.new; " \
                     f"mv {child}.new {child}; wait"
            with self.assertRaises(subprocess.TimeoutExpired):
                tools.bounded(["sh", "-c", script], 1, subprocess.STDOUT, cwd=folder, env=dict(os.environ))
            self.assertTrue(tidied.exists())
            pid = int(child.read_text(encoding="ascii"))
            end = time.monotonic() + 5
            while is_running(pid) and time.monotonic() < end:
                os.sched_yield()
            self.assertFalse(is_running(pid))


if __name__ == "__main__":
    unittest.main()
