#!/usr/bin/env python3
"""cargo with our server as its registry, over the sparse index: search, a lock file, and both once more
with a warm cache.

Every crate that is asked for stands in cargo's own cache afterwards, as those lines that cargo could parse:
they must be the lines that we serve, all of them. The versions that cargo locks for the direct dependencies
must be those of our own /resolve.
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib
import urllib.parse
import urllib.request

import real_cargo
from real_cargo import Cargo, Checks

from running_server import running_server  # pylint: disable=wrong-import-order

PROGRAMS = pathlib.Path(real_cargo.BUILD)
SAMPLE = pathlib.Path(__file__).resolve().parents[2] / "data"
LARGE = pathlib.Path(real_cargo.SHARED) / "data" / "crates-top3000.tar.gz"

# What server/README.md tells people to write.
PAGE = pathlib.Path(__file__).resolve().parents[2] / "server" / "README.md"
CONFIG = re.search(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)[1]

PACKAGE = """
[package]
name = "client"
version = "0.1.0"
edition = "2021"
"""

# Every kind of requirement and of dependency: features, without default features, renamed, optional, of a
# target, to build and to test. The sample has few of a crate's versions and not all that they depend on; the
# newest versions in crates-top3000 have no features, hence the older ones there.
PROJECTS = {
    "sample": """
[dependencies]
serde = { version = "1", features = ["derive"] }
json = { package = "serde_json", version = "^1.0.50", default-features = false, features = ["alloc"] }
regex = "~1"
log = "0.4.*"
once = { package = "once_cell", version = "*", default-features = false, features = ["std"] }
bytes = ">=1, <2"
anyhow = { version = "1.0", default-features = false }
itoa = { version = "1", optional = true }
[target.'cfg(unix)'.dependencies]
libc = "0.2"
[target.'cfg(windows)'.dependencies]
windows-sys = { version = "0.61", features = ["Win32_Foundation"] }
[build-dependencies]
version_check = "0.9"
[dev-dependencies]
hex = "0.4"
""",
    "crates-top3000": """
[dependencies]
serde = { version = ">=1.0.100, <=1.0.113", features = ["derive"] }
json = { package = "serde_json", version = ">=1.0.50, <=1.0.56", default-features = false, features = ["alloc"] }
regex = "~1.3.2"
log = "=0.4.20"
random = { package = "rand", version = ">=0.7, <0.8", features = ["small_rng"] }
clap = { version = "2.*", features = ["yaml"] }
smallvec = { version = "1.4.*", features = ["union", "serde"] }
itoa = { version = "0.4", optional = true }
[target.'cfg(unix)'.dependencies]
libc = "0.2"
[target.'cfg(windows)'.dependencies]
winapi = { version = "0.3", features = ["winuser"] }
[build-dependencies]
cc = "~1.0.50"
[dev-dependencies]
tempfile = "3"
""",
}


def index_path(name):
    """Where a crate lies in the index (the Cargo Book, "Registry Index")."""
    name = name.lower()
    if len(name) < 3:
        return f"{len(name)}/{name}"
    return f"3/{name[0]}/{name}" if len(name) == 3 else f"{name[:2]}/{name[2:4]}/{name}"


def fetch(url):
    with urllib.request.urlopen(url) as response:
        return response.read().decode()


def direct_dependencies(manifest):
    """[(crate, requirement)] of a manifest."""
    tables = [manifest] + list(manifest.get("target", {}).values())
    found = []
    for table in tables:
        for kind in ("dependencies", "build-dependencies", "dev-dependencies"):
            for name, value in table.get(kind, {}).items():
                value = {"version": value} if isinstance(value, str) else value
                found.append((value.get("package", name), value["version"]))
    return found


class Client:
    """One registry, one project and a cargo whose cache is cold at first."""

    def __init__(self, folder, url, dependencies):
        self.url = url
        self.home = folder / "home"
        self.project = folder / "project"
        (self.project / "src").mkdir(parents=True)
        (self.project / "src" / "lib.rs").touch()
        (self.project / "Cargo.toml").write_text(PACKAGE + dependencies, encoding="utf-8")
        self.home.mkdir()
        (self.home / "config.toml").write_text(CONFIG.replace("http://127.0.0.1:8888", url), encoding="utf-8")
        self.manifest = tomllib.loads(dependencies)
        self.cargo = Cargo(self.home)
        self.first_lock = ""

    def run(self, *arguments):
        run = self.cargo.run(self.project, *arguments)
        assert run.returncode == 0, f"cargo {' '.join(arguments)}: {run.stderr}"
        return run

    def mark(self, phase):
        """A line in the server's log that says where the phase begins."""
        fetch(f"{self.url}/index/config.json?phase={phase}")

    def lock(self):
        """Makes a lock file anew and gives its text."""
        (self.project / "Cargo.lock").unlink(missing_ok=True)
        self.run("generate-lockfile")
        return (self.project / "Cargo.lock").read_text(encoding="utf-8")

    def lines(self, name):
        return fetch(f"{self.url}/index/{index_path(name)}").splitlines()

    def search(self):
        output = self.run("search", "--registry", "cratedex", "serde").stdout
        found = re.findall(r'^(\S+) = "(\S+)"', output, re.M)
        crates = json.loads(fetch(f"{self.url}/api/v1/crates?q=serde&per_page=10"))["crates"]
        assert found == [(crate["name"], crate["max_version"]) for crate in crates], found
        assert found[0][0] == "serde", found

    def plain_search(self):
        """cargo itself refuses a search of a replaced source that names no registry, as the page says."""
        run = self.cargo.run(self.project, "search", "serde")
        assert run.returncode != 0 and "--registry" in run.stderr, run.stderr

    def make_lock(self):
        self.mark("cold")
        self.first_lock = self.lock()

    def locked(self):
        return tomllib.loads(self.first_lock)["package"]

    def compare_locked(self):
        """A locked package is a line of ours: its checksum, and it depends on nothing else."""
        packages = [package for package in self.locked() if package["name"] != "client"]
        assert len(packages) >= 12, len(packages)
        for package in packages:
            name = f"{package['name']} {package['version']}"
            lines = [json.loads(line) for line in self.lines(package["name"])]
            line = next(line for line in lines if line["vers"] == package["version"])
            assert package["checksum"] == line["cksum"], name
            ours = {dependency.get("package", dependency["name"]) for dependency in line["deps"]}
            theirs = {dependency.split()[0] for dependency in package.get("dependencies", [])}
            assert theirs <= ours, f"{name}: {theirs - ours}"

    def compare_cache(self):
        """What cargo has parsed of each crate is what we serve."""
        caches = [path for path in self.home.glob("registry/index/*/.cache/**/*") if path.is_file()]
        assert len(caches) >= 12, len(caches)
        for path in caches:
            # Two numbers that are versions of the format, then NUL-terminated: the entity tag, and for every
            # version its number and its line.
            fields = path.read_bytes()[5:].split(b"\0")
            parsed = [line.decode() for line in fields[2::2]]
            assert parsed == self.lines(path.name), path.name

    def compare_resolution(self):
        """The newest version that a requirement allows, as /resolve has it, for each direct dependency."""
        locked = {}
        for package in self.locked():
            locked.setdefault(package["name"], []).append(package["version"])
        root = next(package for package in self.locked() if package["name"] == "client")
        chosen = {
            dependency.split()[0]: (dependency.split() + locked[dependency.split()[0]])[1]
            for dependency in root["dependencies"]
        }
        wanted = direct_dependencies(self.manifest)
        assert {name for name, _ in wanted} == set(chosen) and len(wanted) >= 10
        for name, requirement in wanted:
            query = urllib.parse.urlencode({"req": requirement})
            answer = json.loads(fetch(f"{self.url}/api/v1/crates/{name}/resolve?{query}"))
            ours = answer["version"] and answer["version"]["num"]
            assert ours == chosen[name], f"{name} {requirement}: {ours}, cargo {chosen[name]}"

    def lock_again(self):
        self.mark("warm")
        assert self.lock() == self.first_lock, "another lock file"

    def update(self):
        self.mark("update")
        run = self.run("update", "--dry-run")
        assert re.search(r"Locking 0 packages", run.stderr), run.stderr
        self.mark("end")


def phases(log):
    """The log's requests of cargo for crates' files: {phase: [(path, status)]}."""
    found, phase = {}, None
    for line in log:
        record = json.loads(line)
        target = record["target"]
        if "?phase=" in target:
            phase = target.split("=")[1]
        elif re.match(r"/index/.+/", target) and (record["user_agent"] or "").startswith("cargo"):
            found.setdefault(phase, []).append((target, record["status"]))
    return found


def check_log(log):
    """First everything is sent, then cargo asks for the same and gets 304 for all of it."""
    requests = phases(log)
    cold = {path for path, status in requests["cold"] if status == 200}
    assert len(cold) >= 12, cold
    assert {status for _, status in requests["cold"]} <= {200, 304, 404}, requests["cold"]
    for phase in ("warm", "update"):
        warm = {path for path, status in requests[phase] if status == 304}
        assert warm >= cold, f"{phase}: {cold - warm} not asked for or sent again"
        assert all(status != 200 for _, status in requests[phase]), requests[phase]


def check_data_set(checks, name, dump, folder):
    index = folder / "index.cdx"
    log = []
    subprocess.run(
        [PROGRAMS / "cratedex-index", "build", dump, "-o", index, "--quiet"], check=True
    )
    with running_server(
        PROGRAMS / "cratedex-server", index, "--access-log", "json", output=log
    ) as url:
        client = Client(folder, url, PROJECTS[name])
        checks.run(f"{name}: search_finds_what_the_api_finds", client.search)
        checks.run(f"{name}: a_plain_search_is_refused_by_cargo", client.plain_search)
        if checks.run(f"{name}: a_lock_file_is_made", client.make_lock):
            checks.run(f"{name}: the_locked_are_lines_of_ours", client.compare_locked)
            checks.run(f"{name}: cargo_parses_every_line", client.compare_cache)
            checks.run(f"{name}: direct_dependencies_are_as_resolved", client.compare_resolution)
            checks.run(f"{name}: a_warm_cache_gives_the_same_lock_file", client.lock_again)
            checks.run(f"{name}: an_update_changes_nothing", client.update)
    if client.first_lock:
        checks.run(f"{name}: a_warm_cache_is_answered_by_304", check_log, log)


def main():
    checks = Checks()
    for name, dump in (("sample", SAMPLE), ("crates-top3000", LARGE)):
        if not dump.exists():
            checks.skip(name, f"there is no {dump}")
            continue
        with tempfile.TemporaryDirectory(prefix="cratedex-cargo-") as folder:
            check_data_set(checks, name, dump, pathlib.Path(folder))
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
