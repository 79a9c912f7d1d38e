#!/usr/bin/env python3
"""Checks /resolve against cargo's own choice: requirements drawn at random over a crate with tricky versions.

Cargo takes one version of a crate for all requirements that are compatible, so every requirement gets a
crate of its own in a local registry, each with the same versions: one lock file then has cargo's choice for
all of them. A requirement that nothing matches would make that fail, and gets a project of its own.
"""

import json
import pathlib
import random
import sys
import tempfile
import tomllib
import urllib.error
import urllib.parse
import urllib.request

import real_cargo
import synthetic_registry
from real_cargo import Cargo, Checks
from synthetic_registry import Version

from running_server import running_server  # pylint: disable=wrong-import-order

SEED = 20261101
N_REQUIREMENTS = 150
PRERELEASES = ["alpha", "alpha.1", "alpha.2", "alpha.10", "alpha.beta", "beta", "beta.9", "rc.1", "0"]
RUST_VERSIONS = [None, None, "1.31", "1.56.1", "1.60", "1.60.1", "1.70.0", "1.80"]

# What somebody might write, apart from chance.
WRITTEN = """
*;  * ;x;1;1.2;1.2.3;^1.2;~1.2;~1;1.*;1.2.*;1.x.X;0;0.0;0.0.3;0.*;^0;~0;~0.0;=1;=1.2;=0.0.3;>=1.2, <1.3
>=1.2,<2;> 1.1 , < 2.1;<1;<=1;<=1.1;>1;>1.2;>=2.0.0-alpha;2.0.0-beta;=2.0.0-rc.1;<2.0.0-beta, >=2.0.0-alpha
>=2.0.0-alpha, <2;^1, >=1.0.0-rc.1;~2.0.0-alpha.2;1.2.3+meta;=1.2.3+other;>=0.9.9-0;^0.1.0-alpha;0.0.3-alpha
""".replace("\n", ";")

# Refused by both.
BROKEN = """
;latest;v1;==1;>*;1.;1..2;1.2.3.4;1 2;1 || 2;1.0 - 2.0;1,;,1;*,1;1,*;1.*.2;1.2-a;01;1.02;18446744073709551616
1.2.3-;1.2.3-01;1.2.3+;1.2.3-a..b;=>1;!1;1.*-a;^^1;~>1;1.2.3-é
""".replace("\n", ";")


def make_versions(rng):
    """Versions that meet often: few numbers, many pre-releases, some yanked, some for a newer Rust."""
    numbers = [f"{a}.{b}.{c}" for a in range(4) for b in (0, 1, 2, 10) for c in (0, 3, 9, 10)]
    versions = [number for number in numbers if rng.random() < 0.8]
    for number in numbers:
        if rng.random() < 0.35:
            versions += [f"{number}-{pre}" for pre in rng.sample(PRERELEASES, 3)]
    versions += ["1.2.3+meta", "1.2.3+meta.2", "2.0.0-beta+5", "18446744073709551615.0.0"]
    versions = sorted(set(versions))
    rng.shuffle(versions)
    return [
        Version(num, yanked=rng.random() < 0.25, rust_version=rng.choice(RUST_VERSIONS))
        for num in versions
    ]


def make_requirement(rng, versions):
    """One or two comparators on versions that exist, or nearly."""
    comparators = []
    for _ in range(rng.choice((1, 1, 1, 2))):
        number = rng.choice(versions).num.split("+")[0]
        if rng.random() < 0.6:
            number = ".".join(number.split("-")[0].split(".")[: rng.randint(1, 3)])
        if rng.random() < 0.15 and number.count(".") < 2:
            number += ".*"
        relation = rng.choice(("", "", "^", "~", "=", ">", ">=", "<", "<="))
        comparators.append(rng.choice(("", " ")) + relation + rng.choice(("", " ")) + number)
    return ",".join(comparators)


def make_requirements(rng, versions):
    written = [text for text in WRITTEN.split(";") if text]
    drawn = [make_requirement(rng, versions) for _ in range(N_REQUIREMENTS - len(written))]
    return written + drawn


def resolve(url, req, **parameters):
    """Our answer: (status, the decoded body)."""
    query = urllib.parse.urlencode({"req": req, **parameters})
    try:
        with urllib.request.urlopen(f"{url}/api/v1/crates/tricky/resolve?{query}") as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def chosen(url, req, **parameters):
    status, body = resolve(url, req, **parameters)
    assert status == 200, f"{req!r}: {status} {body}"
    return body["version"] and body["version"]["num"]


def locked_versions(project):
    """{crate: version} of a lock file."""
    lock = tomllib.loads((project / "Cargo.lock").read_text(encoding="utf-8"))
    return {package["name"]: package["version"] for package in lock["package"]}


class Comparison:
    """The same versions on both sides."""

    def __init__(self, folder, cargo, url, versions):
        self.folder, self.cargo, self.url, self.versions = folder, cargo, url, versions
        self.registry = folder / "registry"
        self.n_projects = 0

    def lock(self, requirements, package=""):
        """Cargo's choice for each, {requirement number: version}; None where it finds none."""
        names = {number: f"tricky-{number}" for number in requirements}
        synthetic_registry.write_local_registry(
            self.registry, {name: self.versions for name in names.values()}
        )
        self.n_projects += 1
        project = synthetic_registry.write_project(
            self.folder / f"project-{self.n_projects}",
            self.registry,
            {names[number]: req for number, req in requirements.items()},
            package,
        )
        run = self.cargo.run(project, "generate-lockfile", "--offline")
        if run.returncode != 0:
            return None, run.stderr
        versions = locked_versions(project)
        return {number: versions[name] for number, name in names.items()}, run.stderr

    def compare(self, requirements, package="", **parameters):
        """Every requirement that matches something by our answer: cargo's choice is the same."""
        ours = {number: chosen(self.url, req, **parameters) for number, req in requirements.items()}
        matched = {number: req for number, req in requirements.items() if ours[number]}
        assert len(matched) >= 100, f"only {len(matched)} requirements match anything"
        theirs, output = self.lock(matched, package)
        assert theirs is not None, f"cargo: {output}"
        for number, req in matched.items():
            assert ours[number] == theirs[number], f"{req!r}: {ours[number]}, cargo {theirs[number]}"
        return matched

    def compare_unmatched(self, requirements):
        """What matches nothing by our answer, cargo cannot select either."""
        unmatched = [
            (number, req) for number, req in requirements.items() if not chosen(self.url, req)
        ]
        assert len(unmatched) >= 3, "too few requirements match nothing"
        for number, req in unmatched[:12]:
            theirs, output = self.lock({number: req})
            assert theirs is None, f"{req!r}: cargo takes {theirs}"
            assert "failed to select a version" in output, f"{req!r}: {output}"

    def compare_broken(self):
        for number, req in enumerate(BROKEN.split(";")):
            status, body = resolve(self.url, req)
            assert status == 400, f"{req!r}: {status} {body}"
            theirs, output = self.lock({number: req})
            assert theirs is None, f"{req!r}: cargo takes {theirs}"
            assert "Cargo.toml" in output, f"{req!r}: {output}"

    def compare_rust(self, requirements, rust):
        """Cargo from 1.84 on prefers what builds with the package's Rust, and falls back to the rest."""
        package = f'resolver = "3"\nrust-version = "{rust}"\n'
        matched = self.compare(requirements, package, rust=rust)
        differ = [req for req in matched.values() if chosen(self.url, req) != chosen(self.url, req, rust=rust)]
        assert len(differ) >= 10, "the version of Rust makes hardly a difference"


def main():
    rng = random.Random(SEED)
    versions = make_versions(rng)
    requirements = dict(enumerate(make_requirements(rng, versions)))
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix="cratedex-cargo-") as folder:
        folder = pathlib.Path(folder)
        cargo = Cargo(folder / "home")
        index = synthetic_registry.build_index(folder, {"tricky": versions})
        program = pathlib.Path(real_cargo.BUILD) / "cratedex-server"
        with running_server(program, index) as url:
            comparison = Comparison(folder, cargo, url, versions)
            checks.run("requirements_choose_as_in_cargo", comparison.compare, requirements)
            checks.run("what_matches_nothing_fails_in_cargo", comparison.compare_unmatched, requirements)
            checks.run("broken_requirements_are_refused_by_both", comparison.compare_broken)
            for rust in ("1.60", "1.56.1"):
                name = f"rust_{rust}_chooses_as_in_cargo"
                if cargo.minor_version() < 84:
                    checks.skip(name, "cargo looks at rust-version from 1.84 on")
                else:
                    checks.run(name, comparison.compare_rust, requirements, rust)
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
