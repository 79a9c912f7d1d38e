#!/usr/bin/env python3
"""Checks /tree against cargo's lock files: made-up closures full of conflicts, and real ones where there are.

Cargo sees the same dependencies that a tree follows: normal ones that are not optional. A closure that
cargo cannot resolve must be one that our answer does not call resolved.
"""

import collections
import contextlib
import json
import pathlib
import random
import sqlite3
import subprocess
import sys
import tempfile
import tomllib
import urllib.request

import real_cargo
import synthetic_registry
from real_cargo import Cargo, Checks
from synthetic_registry import Dependency, Version

from running_server import running_server  # pylint: disable=wrong-import-order

SEED = 20261102
N_GRAPHS = 60
N_REAL_ROOTS = 40
NUMBERS = ["0.1.0", "0.1.3", "0.2.0", "1.0.0", "1.1.0", "1.1.5", "1.2.0-beta", "2.0.0", "2.3.1"]
SERVER = pathlib.Path(real_cargo.BUILD) / "cratedex-server"


def make_requirement(rng, num):
    parts = num.split("-")[0].split(".")
    return rng.choice(
        [f"^{parts[0]}.{parts[1]}", f"^{parts[0]}", f"^{num}", f"^{num}", f"~{num}", f"={num}"]
        + [f">={num}", f"<={num}", f">={parts[0]}, <{num}", "*"]
    )


def make_graph(rng, prefix):
    """Crates of which each depends on later ones, so that there are no cycles; cargo refuses those."""
    names = [f"{prefix}-{letter}" for letter in "abcdefghij"]
    crates = {}
    for place, name in enumerate(names):
        crates[name] = []
        for num in sorted(rng.sample(NUMBERS, rng.randint(4, len(NUMBERS)))):
            later = names[place + 1 :]
            dependencies = [
                Dependency(crate, make_requirement(rng, rng.choice(NUMBERS)))
                for crate in rng.sample(later, min(len(later), rng.randint(0, 4)))
            ]
            links = rng.choice(["", "", "", "", "", f"{prefix}-library"])
            version = Version(
                num, yanked=rng.random() < 0.1, links=links or None, dependencies=dependencies
            )
            crates[name].append(version)
    return names[0], crates


def make_choice():
    """Of two crates only one can have its highest version: that with fewer versions to choose from."""
    crates = {"choice": [Version("1.0.0")]}
    for name, n_versions in (("choice-many", 3), ("choice-few", 2)):
        crates["choice"][0].dependencies.append(Dependency(f"{name}-user", "^1"))
        crates[f"{name}-user"] = [Version("1.0.0", dependencies=[Dependency(name, "^1")])]
        crates[name] = [Version(f"1.{minor}.0") for minor in range(n_versions)]
        crates[name][-1].links = "choice-library"
    return "choice", crates


def tree(url, name, num):
    """Our answer: the packages, and whether they are resolved."""
    with urllib.request.urlopen(f"{url}/api/v1/crates/{name}/{num}/tree?depth=64") as response:
        body = json.load(response)
    assert not body["meta"]["truncated"], f"{name} {num} is truncated"
    return {(node["crate"], node["num"]) for node in body["nodes"]}, body["meta"]["resolved"]


class Comparison:
    """The same crates on both sides."""

    def __init__(self, folder, cargo, url, registry):
        self.folder, self.cargo, self.url, self.registry = folder, cargo, url, registry
        self.n_resolved = self.n_unresolved = 0

    def lock(self, name, num):
        """The packages of cargo's lock file for a project that depends on a version; None: it has none."""
        project = synthetic_registry.write_project(
            self.folder / "projects" / f"{name}-{num}", self.registry, {name: f"={num}"}
        )
        run = self.cargo.run(project, "generate-lockfile", "--offline")
        if run.returncode != 0:
            return None
        lock = tomllib.loads((project / "Cargo.lock").read_text(encoding="utf-8"))
        packages = {(package["name"], package["version"]) for package in lock["package"]}
        return packages - {("the-project", "0.0.0")}

    def compare(self, roots):
        for name, num in roots:
            ours, is_resolved = tree(self.url, name, num)
            theirs = self.lock(name, num)
            assert is_resolved == (theirs is not None), f"{name} {num}: resolved {is_resolved}, cargo {theirs}"
            if is_resolved:
                self.n_resolved += 1
                assert ours == theirs, (
                    f"{name} {num}: ours only {sorted(ours - theirs)}, cargo only {sorted(theirs - ours)}"
                )
            else:
                self.n_unresolved += 1


def compare_made_up(folder, cargo):
    rng = random.Random(SEED)
    graphs = [make_graph(rng, f"g{number}") for number in range(N_GRAPHS)] + [make_choice()]
    crates = {name: versions for _, graph in graphs for name, versions in graph.items()}
    synthetic_registry.write_local_registry(folder / "registry", crates)
    index = synthetic_registry.build_index(folder, crates)
    roots = []
    for root, graph in graphs:
        usable = [version.num for version in graph[root] if not version.yanked]
        roots += [(root, num) for num in usable[-2:]]
    with running_server(SERVER, index) as url:
        comparison = Comparison(folder, cargo, url, folder / "registry")
        comparison.compare(roots)
    print(f"made-up closures: {comparison.n_resolved} resolved, {comparison.n_unresolved} have no solution")
    assert comparison.n_resolved >= 40 and comparison.n_unresolved >= 10


def read_crates(index):
    """{crate name: [Version]} of an index file, with the dependencies that trees follow."""
    dependencies = collections.defaultdict(list)
    crates = collections.defaultdict(list)
    with contextlib.closing(sqlite3.connect(f"file:{index}?mode=ro", uri=True)) as database:
        for version_id, name, req in database.execute(
            "SELECT version_id, name, req FROM dependencies JOIN crates ON crates.id = crate_id"
            " WHERE kind = 0 AND NOT optional ORDER BY dependencies.id"
        ):
            dependencies[version_id].append(Dependency(name, req))
        for version_id, name, num, yanked, links in database.execute(
            "SELECT versions.id, name, num, versions.yanked, links FROM versions"
            " JOIN crates ON crates.id = crate_id"
        ):
            crates[name].append(
                Version(num, yanked=bool(yanked), links=links, dependencies=dependencies[version_id])
            )
    return crates


def compare_real(folder, cargo, dump):
    """The popular crates' newest versions, and some older ones."""
    index = folder / "real.cdx"
    program = pathlib.Path(real_cargo.BUILD) / "cratedex-index"
    subprocess.run([program, "build", dump, "-o", index, "--quiet"], check=True)
    crates = read_crates(index)
    synthetic_registry.write_local_registry(folder / "real-registry", crates)
    rng = random.Random(SEED)
    largest = sorted(crates, key=lambda name: -max(len(v.dependencies) for v in crates[name]))
    roots = []
    for name in largest[: N_REAL_ROOTS // 2] + rng.sample(sorted(crates), N_REAL_ROOTS // 2):
        usable = [version for version in crates[name] if not version.yanked]
        if usable:
            version = max(usable, key=lambda version: len(version.dependencies))
            roots += [(name, version.num), (name, rng.choice(usable).num)]
    with running_server(SERVER, index) as url:
        comparison = Comparison(folder, cargo, url, folder / "real-registry")
        comparison.compare(sorted(set(roots)))
    print(f"real closures: {comparison.n_resolved} resolved, {comparison.n_unresolved} have no solution")
    assert comparison.n_resolved >= N_REAL_ROOTS // 2


def main():
    checks = Checks()
    dump = pathlib.Path(real_cargo.SHARED) / "data" / "crates-top3000.tar.gz"
    with tempfile.TemporaryDirectory(prefix="cratedex-cargo-") as folder:
        folder = pathlib.Path(folder)
        cargo = Cargo(folder / "home")
        checks.run("made_up_closures_are_those_of_cargo", compare_made_up, folder, cargo)
        if dump.exists():
            checks.run("real_closures_are_those_of_cargo", compare_real, folder, cargo, dump)
        else:
            checks.skip("real_closures_are_those_of_cargo", f"{dump} is not there")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
