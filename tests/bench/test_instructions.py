"""What `make instructions` decides by counts and versions, without counting anything."""

import configparser
import contextlib
import io
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import instructions

COUNTS = {"build": 4_000_000_000, "miss": 1_000_000, "hit": 10_000}
FOUND = {"compiler": "gcc 12.2.0", "glibc": "2.36", "valgrind": "3.19.0"}


def times(factor, *paths):
    """The counts, with those of some paths multiplied."""
    return {path: round(count * factor) if path in paths else count for path, count in COUNTS.items()}


def compare(counts):
    """How many fail, and what is printed of each path."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        n_failed = instructions.compare({path: str(count) for path, count in COUNTS.items()}, counts)
    lines = printed.getvalue().splitlines()[1:]
    return n_failed, {line.split()[0]: line for line in lines}


class Compare(unittest.TestCase):
    def test_three_percent_are_the_limit(self):
        for path in COUNTS:
            n_failed, lines = compare(times(1.029, path))
            self.assertEqual(n_failed, 0, lines)
            self.assertNotIn("FAILED", "".join(lines.values()))
            n_failed, lines = compare(times(1.031, path))
            self.assertEqual(n_failed, 1, lines)
            self.assertEqual([name for name, line in lines.items() if "FAILED" in line], [path])

    def test_all_that_fail_are_counted(self):
        self.assertEqual(compare(times(1.031, *COUNTS))[0], 3)

    def test_what_became_cheaper_does_not_fail_but_is_said(self):
        n_failed, lines = compare(times(0.969, "miss"))
        self.assertEqual(n_failed, 0)
        self.assertEqual([name for name, line in lines.items() if "cheaper" in line], ["miss"])


class Command(unittest.TestCase):
    def run_main(self, found, count):
        """The exit status and what is printed, where the record is of FOUND and COUNTS."""
        record = configparser.ConfigParser()
        record["counts"] = {path: str(number) for path, number in COUNTS.items()}
        record["counted with"] = FOUND
        printed = io.StringIO()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "record.txt"
            with path.open("w", encoding="utf-8") as file:
                record.write(file)
            arguments = ["instructions.py", "--programs", folder, "--packages", "", "--record", str(path)]
            with mock.patch("sys.argv", arguments), mock.patch("shutil.which", return_value="valgrind"), \
                    mock.patch.object(instructions, "conditions", return_value=found), \
                    mock.patch.object(instructions, "count", count), contextlib.redirect_stdout(printed), \
                    self.assertRaises(SystemExit) as ended:
                instructions.main()
        return ended.exception.code, printed.getvalue()

    def test_the_same_versions_are_compared(self):
        status, printed = self.run_main(FOUND, mock.Mock(return_value=times(1.029, "hit")))
        self.assertEqual((status, printed.splitlines()[-1]), (0, "3 passed, 0 failed"))
        status, printed = self.run_main(FOUND, mock.Mock(return_value=times(1.031, "hit")))
        self.assertEqual((status, printed.splitlines()[-1]), (1, "2 passed, 1 failed"))

    def test_other_versions_are_skipped_uncounted(self):
        for found in ({**FOUND, "compiler": "gcc 13.2.0"}, {**FOUND, "zstd": "1.5.4"}, {"compiler": "gcc 12.2.0"}):
            count = mock.Mock(return_value=times(2, *COUNTS))
            status, printed = self.run_main(found, count)
            self.assertEqual((status, printed.splitlines()[-1]), (0, "0 passed, 0 failed, 3 skipped"))
            count.assert_not_called()
        _, printed = self.run_main({**FOUND, "compiler": "gcc 13.2.0"}, count)
        self.assertIn("skipped, for compiler was gcc 12.2.0 and is gcc 13.2.0", printed)


if __name__ == "__main__":
    unittest.main()
