"""Made-up crates as both sides read them: a dump for cratedex-index and a local registry for cargo."""

import collections
import csv
import hashlib
import json
import pathlib
import subprocess

import real_cargo

Dependency = collections.namedtuple("Dependency", "crate req kind optional", defaults=("normal", False))


class Version:
    """A version of a crate and what it depends on."""

    def __init__(self, num, *, yanked=False, rust_version=None, links=None, dependencies=()):
        self.num = num
        self.yanked = yanked
        self.rust_version = rust_version
        self.links = links
        self.dependencies = list(dependencies)


def write_dump(folder, crates):
    """Writes {crate name: [Version]} as a database dump of crates.io."""
    data = pathlib.Path(folder) / "2026-11-01-020000" / "data"
    data.mkdir(parents=True)
    day = "2020-01-01 00:00:00+00"
    ids = {name: number for number, name in enumerate(crates, 1)}
    tables = {
        "crates": [
            "id,name,created_at,updated_at,description,homepage,documentation,repository".split(",")
        ],
        "versions": [
            "id,crate_id,num,created_at,yanked,downloads,updated_at,rust_version,links".split(",")
        ],
        "dependencies": [
            "id,version_id,crate_id,req,kind,optional,default_features,features,target".split(",")
        ],
    }
    for name, versions in crates.items():
        tables["crates"].append([ids[name], name, day, day, "", "", "", ""])
        for version in versions:
            version_id = len(tables["versions"])
            tables["versions"].append(
                [version_id, ids[name], version.num, day, "ft"[version.yanked], 0, day]
                + [version.rust_version or "", version.links or ""]
            )
            for dependency in version.dependencies:
                kind = ("normal", "build", "dev").index(dependency.kind)
                tables["dependencies"].append(
                    [len(tables["dependencies"]), version_id, ids[dependency.crate]]
                    + [dependency.req, kind, "ft"[dependency.optional], "t", "{}", ""]
                )
    for table, rows in tables.items():
        with open(data / f"{table}.csv", "w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    return folder


def build_index(folder, crates):
    """The path of an index file with these crates, built in the folder."""
    path = pathlib.Path(folder) / "crates.cdx"
    dump = write_dump(pathlib.Path(folder) / "dump", crates)
    program = pathlib.Path(real_cargo.BUILD) / "cratedex-index"
    subprocess.run([program, "build", dump, "-o", path, "--quiet"], check=True)
    return path


def index_path(name):
    """Where a registry's index has the file of a crate."""
    name = name.lower()
    if len(name) < 4:
        return pathlib.Path(str(len(name)), *([name[0]] if len(name) == 3 else []), name)
    return pathlib.Path(name[:2], name[2:4], name)


def index_line(name, version):
    """What a registry's index says of a version."""
    line = {
        "name": name,
        "vers": version.num,
        "deps": [
            {
                "name": dependency.crate,
                "req": dependency.req,
                "features": [],
                "optional": dependency.optional,
                "default_features": True,
                "target": None,
                "kind": dependency.kind,
            }
            for dependency in version.dependencies
        ],
        "cksum": hashlib.sha256(f"{name} {version.num}".encode()).hexdigest(),
        "features": {},
        "yanked": version.yanked,
    }
    if version.rust_version:
        line["rust_version"] = version.rust_version
    if version.links:
        line["links"] = version.links
    return json.dumps(line) + "\n"


def write_local_registry(folder, crates):
    """Writes {crate name: [Version]} as a registry without packages: resolving needs its index alone."""
    for name, versions in crates.items():
        path = pathlib.Path(folder) / "index" / index_path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(index_line(name, version) for version in versions), encoding="utf-8")


def write_project(folder, registry, dependencies, package=""):
    """Writes a package whose dependencies, {name: requirement}, come from a local registry."""
    folder = pathlib.Path(folder)
    (folder / "src").mkdir(parents=True, exist_ok=True)
    (folder / "src" / "lib.rs").touch()
    (folder / ".cargo").mkdir(exist_ok=True)
    (folder / ".cargo" / "config.toml").write_text(
        f'[source.crates-io]\nreplace-with = "made-up"\n'
        f"[source.made-up]\nlocal-registry = {json.dumps(str(registry))}\n",
        encoding="utf-8",
    )
    lines = [f"{name} = {json.dumps(req)}\n" for name, req in dependencies.items()]
    (folder / "Cargo.toml").write_text(
        '[package]\nname = "the-project"\nversion = "0.0.0"\nedition = "2021"\n'
        f'{package}\n[dependencies]\n{"".join(lines)}',
        encoding="utf-8",
    )
    return folder
