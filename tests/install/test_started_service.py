"""The units started for real, by a systemd of their own."""

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import stage

HERE = Path(__file__).resolve().parent
SYSTEMD = Path("/lib/systemd/systemd")
UNSUPPORTED = 77

# Another registry, of two crates.
OTHER = {
    "metadata.json": '{"timestamp": "2026-11-02T02:00:00Z"}\n',
    "data/crates.csv": "id,name,created_at,updated_at,description,homepage,documentation,repository\n"
                       "8,serde,2026-01-01,2026-01-01,Serializes,,,\n9,json,2026-01-01,2026-01-01,Parses,,,\n",
    "data/versions.csv": "id,crate_id,num,created_at,yanked,downloads,updated_at\n"
                         "81,8,7.0.0,2026-01-01,f,40,2026-01-01\n91,9,1.0.0,2026-01-01,f,60,2026-01-01\n",
}


def fill(folder):
    """What the scene needs of this machine."""
    shutil.copy(HERE / "service_scene.sh", folder / "scene.sh")
    stage.run("tar", "-czf", folder / "db-dump.tar.gz", "-C", stage.ROOT / "data", ".")
    for name, text in OTHER.items():
        (folder / "other" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "other" / name).write_text(text)
    stage.run(stage.path("bin/cratedex-index"), "build", folder / "other", "-o", folder / "other.cdx", "--quiet")


class StartedService(unittest.TestCase):
    def test_an_operators_day(self):
        if os.geteuid() != 0 or not SYSTEMD.exists():
            self.skipTest("needs root and the package systemd")
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            folder.chmod(0o755)
            fill(folder)
            done = subprocess.run(["sh", HERE / "boot.sh", stage.folder, folder], stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
            if done.returncode == UNSUPPORTED:
                self.skipTest(f"this machine lets no systemd start in namespaces: {done.stdout}")
            result = folder / "result"
            self.assertTrue(result.exists(), done.stdout)
            self.assertEqual(result.read_text().splitlines()[-2:-1], ["all well"], f"{result.read_text()}{done.stdout}")


if __name__ == "__main__":
    unittest.main()
