"""`make dist`: an archive that builds where there is no git, and says what it was made of."""

import json
import os
import subprocess
import tarfile
import tempfile
import unittest
import urllib.request
from pathlib import Path

import stage
from running_server import running_server

# Whoever calls git is told so; nobody has to.
NO_GIT = "#!/bin/sh\necho called: git \"$@\" >>\"$(dirname \"$0\")/calls\"\nexit 127\n"


class Sources(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = Path(temporary.name)
        cls.archive = cls.folder / "made" / stage.make("dist", f"BUILD={cls.folder}/made").split("/")[-1].strip()
        with tarfile.open(cls.archive) as archive:
            cls.members = archive.getmembers()
            archive.extractall(cls.folder)
        cls.tree = cls.folder / cls.archive.name.removesuffix(".tar.gz")

    def make(self, *arguments):
        bare = self.folder / "bin"
        if not bare.exists():
            bare.mkdir()
            (bare / "git").write_text(NO_GIT)
            (bare / "git").chmod(0o755)
        environment = {**os.environ, "PATH": f"{bare}:{os.environ['PATH']}"}
        for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "BUILD"):
            environment.pop(name, None)
        said = stage.run("make", f"-j{os.cpu_count()}", *arguments, cwd=self.tree, env=environment)
        self.assertFalse((bare / "calls").exists())
        return said

    def test_members(self):
        self.assertTrue(self.archive.name.startswith("cratedex-"))
        names = [member.name for member in self.members]
        self.assertTrue(all(name.split("/")[0] == self.tree.name for name in names))
        inside = {name.split("/")[1] for name in names if "/" in name and not name.split("/")[1].startswith(".")}
        self.assertEqual(inside, {"server", "index", "include", "tests", "Makefile", "data", "README.md", "scripts",
                                  "LICENSE", "CHANGELOG.md"})
        self.assertEqual({(member.uid, member.gid, member.mode & 0o022) for member in self.members}, {(0, 0, 0)})
        if (stage.ROOT / ".git").exists():
            tracked = subprocess.run(["git", "ls-files", "-z"], cwd=stage.ROOT, check=True, stdout=subprocess.PIPE,
                                     text=True).stdout.split("\0")
            present = {name for name in tracked if name and (stage.ROOT / name).exists()}
            self.assertLessEqual(present, set(stage.files(self.tree)))

    def test_it_builds_and_packs_itself_and_goes_back(self):
        before = stage.files(self.tree)
        self.make("CFLAGS=-O0")
        index = self.folder / "sample.cdx"
        stage.run(self.tree / "build" / "cratedex-index", "build", "data", "-o", index, "--quiet", cwd=self.tree)
        with running_server(self.tree / "build" / "cratedex-server", index) as url:
            with urllib.request.urlopen(f"{url}/api/v1/site_metadata") as answer:
                metadata = json.load(answer)
        commit = self.tree / ".commit"
        self.assertEqual(metadata["commit"], commit.read_text().strip() if commit.exists() else "unknown")

        # Leftovers of tests and editors are no sources.
        (self.tree / "tests" / "__pycache__").mkdir()
        (self.tree / "tests" / "__pycache__" / "check.pyc").touch()
        (self.tree / "index" / "trie.c~").touch()
        self.make("dist")
        self.assertEqual((self.tree / "build" / self.archive.name).read_bytes(), self.archive.read_bytes())
        (self.tree / "index" / "trie.c~").unlink()

        self.make("distclean")
        self.assertEqual(stage.files(self.tree), before)
