"""scripts/nightly with the programs themselves: an index of the sample, signed, and a server that takes it."""

import json
import shutil
import subprocess
import unittest
import urllib.request

from machine import ROOT
from nightly_tree import PROGRAMS, NightlyTree
from running_server import running_server

SAMPLE = ROOT / "data" / "2026-11-01-020000"


def served(url):
    """The timestamp of the dump that a server has."""
    with urllib.request.urlopen(f"{url}/readyz", timeout=60) as answer:
        return json.load(answer)["dump"]


class Serving(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """A signed index of the sample, which every test begins with, and a newer dump with as many crates."""
        cls.tree = NightlyTree(PROGRAMS / "cratedex-index")
        cls.addClassCleanup(cls.tree.__exit__)
        cls.key, cls.public_key = cls.tree.folder / "key.pem", cls.tree.folder / "key.pub"
        for arguments in (("genpkey", "-algorithm", "ed25519", "-out", cls.key),
                          ("pkey", "-in", cls.key, "-pubout", "-out", cls.public_key)):
            subprocess.run(["openssl", *arguments], check=True)
        cls.newer = cls.make_dump("newer", day=2)
        status, _, errors = cls.tree.run(*cls.tree.command("--dump", cls.make_dump("first", day=1), "--sign", cls.key))
        assert status == 0, errors
        cls.saved = cls.tree.folder / "saved"
        shutil.copytree(cls.tree.state, cls.saved, symlinks=True)

    @classmethod
    def make_dump(cls, name, day):
        """The sample with less of its largest tables."""
        folder = cls.tree.folder / name
        shutil.copytree(SAMPLE, folder)
        for table in ("version_downloads", "dependencies"):
            cls.cut(folder, table, 500)
        (folder / "metadata.json").write_text(f'{{"timestamp": "2026-11-{day:02}T02:00:00Z"}}', encoding="utf-8")
        return folder

    @staticmethod
    def cut(folder, table, n_lines):
        path = folder / "data" / f"{table}.csv"
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:n_lines]))

    def setUp(self):
        shutil.rmtree(self.tree.state)
        shutil.copytree(self.saved, self.tree.state, symlinks=True)
        self.index = self.tree.current / "crates.cdx"

    def run_it(self, *more, status=0):
        found, printed, errors = self.tree.run(*self.tree.command(*more))
        self.assertEqual(found, status, printed + errors)
        return printed + errors

    def server(self, *more, urls=None):
        errors = open(self.tree.folder / "errors", "w", encoding="utf-8")  # its log
        self.addCleanup(errors.close)
        return running_server(PROGRAMS / "cratedex-server", self.index, *more, urls=urls, errors=errors)

    def test_a_server_is_told_and_takes_it_without_a_restart(self):
        urls = []
        with self.server("--admin-listen", "127.0.0.1:0", "--verify-key", self.public_key, urls=urls):
            admin = urls[1].removeprefix("http://")
            printed = self.run_it("--dump", self.newer, "--sign", self.key, "--verify-key", self.public_key, "--admin",
                                  admin)
            self.assertIn(f"the server at {admin} serves it", printed)
            self.assertEqual(served(urls[1]), "2026-11-02T02:00:00Z")
            self.assertIn("serves it", self.run_it("--rollback", "--admin", admin))
            self.assertEqual(served(urls[1]), "2026-11-01T02:00:00Z")

    def test_an_index_that_a_server_refuses_is_taken_back(self):
        before = self.tree.current.readlink()
        urls = []
        with self.server("--admin-listen", "127.0.0.1:0", "--verify-key", self.public_key, urls=urls):
            admin = urls[1].removeprefix("http://")
            printed = self.run_it("--dump", self.newer, "--admin", admin, status=1)
            self.assertIn("refuses it: ", printed)
            self.assertEqual(self.tree.current.readlink(), before)
            self.assertEqual(served(urls[1]), "2026-11-01T02:00:00Z")
            # It is there, and does once it is signed.
            self.run_it("--dump", self.newer, "--sign", self.key, "--admin", admin)
            self.assertEqual(served(urls[1]), "2026-11-02T02:00:00Z")

    def test_a_server_gets_a_signal(self):
        pid_file = self.tree.folder / "pid"
        with self.server("--pid-file", pid_file) as url:
            address = url.removeprefix("http://")
            printed = self.run_it("--dump", self.newer, "--pid-file", pid_file, "--server", address)
            self.assertIn(f"the server at {address} serves it", printed)
            self.assertEqual(served(url), "2026-11-02T02:00:00Z")
            # By itself, too.
            self.assertIn("serves it", self.run_it("--rollback", "--server", address))
        printed = self.run_it("--dump", self.newer, "--force", "--server", address)
        self.assertIn("takes the index when it starts", printed)

    def test_a_process_that_is_no_server_gets_no_signal(self):
        with subprocess.Popen(["sleep", "60"]) as other:
            pid_file = self.tree.folder / "other-pid"
            pid_file.write_text(f"{other.pid}\n", encoding="utf-8")
            self.assertIn("is no cratedex-server", self.run_it("--dump", self.newer, "--pid-file", pid_file))
            self.assertIsNone(other.poll())
            other.terminate()
        self.assertIn("not told", self.run_it("--rollback", "--pid-file", "/no/such/file"))

    def test_a_server_of_another_index(self):
        other = self.tree.folder / "other.cdx"
        shutil.copy(self.index.resolve(), other)
        self.index, before = other, self.tree.current.readlink()
        with self.server() as url:
            address = url.removeprefix("http://")
            printed = self.run_it("--dump", self.newer, "--server", address, "--wait", "0", status=1)
        self.assertIn("whether its --index is", printed)
        self.assertEqual(self.tree.current.readlink(), before)

    def test_a_signature_that_does_not_fit(self):
        other = self.tree.folder / "other.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", other], check=True)
        before = self.tree.current.readlink()
        for arguments in (("--sign", other), ()):
            self.assertIn("not sound", self.run_it("--dump", self.newer, "--verify-key", self.public_key, *arguments,
                                                   status=1))
            self.assertEqual(self.tree.current.readlink(), before)

    def test_a_dump_that_lost_rows_is_refused(self):
        """By its own look at the tables, where the crates are all there."""
        cut = self.tree.folder / "cut"
        shutil.copytree(self.newer, cut)
        self.cut(cut, "version_downloads", 300)
        before = self.tree.current.readlink()
        printed = self.run_it("--dump", cut, status=1)
        self.assertIn("version_downloads.csv", printed)
        self.assertEqual(self.tree.current.readlink(), before)
        self.run_it("--dump", cut, "--allow-shrink")
        self.assertNotEqual(self.tree.current.readlink(), before)


if __name__ == "__main__":
    unittest.main()
