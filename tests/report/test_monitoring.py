"""What the report says will notice a regression is there, in scripts/monitoring and in the server."""

import re
import tempfile
import unittest
from pathlib import Path

import monitoring
from profile_server import PATHS

METRICS = Path(__file__).resolve().parents[2] / "server" / "telemetry" / "metrics.h"


class Monitoring(unittest.TestCase):
    def test_every_rule_and_alert_that_is_named_is_defined(self):
        names = monitoring.defined_names()
        self.assertGreater(len(names), 10)
        self.assertEqual(monitoring.missing_names(names), [])

    def test_a_renamed_alert_is_missed(self):
        names = dict(monitoring.defined_names())
        del names["CratedexSlowMisses"]
        self.assertEqual(monitoring.missing_names(names), ["CratedexSlowMisses"])

    def test_every_metric_that_is_named_is_the_server_s(self):
        header = METRICS.read_text(encoding="utf-8")
        for start, names, end in re.findall(r"(\w*)\{([a-z,]+)\}(\w*)", header):
            header += " " + " ".join(start + name + end for name in names.split(","))
        for watch in monitoring.WATCHES.values():
            self.assertRegex(header, rf"\b{re.match(r'[a-z_]+', watch.metric)[0]}\b")

    def test_every_path_is_watched(self):
        paths = {"build", "suggest"} | {row[0] for row in PATHS}
        self.assertEqual(set(monitoring.WATCHES), paths)

    def test_expressions_are_read_whole(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "recording.yml").write_text(
                "groups:\n  - name: a\n    rules:\n      - record: a:b:c\n        expr: |\n          sum(x)\n"
                "          / y\n\n      - record: d:e:f\n        expr: z > 1\n", encoding="utf-8")
            (Path(folder) / "alerts.yml").write_text(
                "groups:\n  - name: a\n    rules:\n      - alert: Slow\n        expr: q > 2\n        for: 5m\n",
                encoding="utf-8")
            self.assertEqual(monitoring.defined_names(Path(folder)),
                             {"a:b:c": "sum(x) / y", "d:e:f": "z > 1", "Slow": "q > 2"})


if __name__ == "__main__":
    unittest.main()
