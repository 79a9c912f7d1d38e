"""Decoders of other languages in `cratedex-bench encoding`: those that are here are measured on every page, those
that are not are named with how to get them, and one that reads other values than it should is left out."""

import json
import shutil
import unittest

import sample

# A client that has read nothing, as fast as can be.
IDLE_CLIENT = """#!{python}
import json, os, sys
names = [name.split(".") for name in os.listdir(sys.argv[2])]
n_rounds = int(sys.argv[3])
figures = {{"samples": [1] * n_rounds, "singles": [1], "check": {{"values": 1, "texts": "0", "numbers": 0, "true": 0}}}}
pages = {{name[0]: figures for name in names}}
print(json.dumps({{"runtime": "Idle 1", "missing": [], "decoders": [
    {{"encoding": "json", "library": "idle", "pages": pages}},
    {{"encoding": "msgpack", "library": "idle", "key": "idle", "pages": pages}}]}}))
"""


def client(result, language):
    return next(found for found in result["clients"] if found["language"] == language)


def operations(page):
    return {operation["key"]: operation for operation in page["operations"]}


class Clients(unittest.TestCase):
    def check_measured(self, language, runtime, libraries):
        """That the language's measures are those of {key: (library of JSON, of MessagePack)}, on every page."""
        result = json.loads(sample.encoding())
        found = client(result, language)
        self.assertRegex(found["runtime"], runtime)
        for page in result["pages"]:
            measured = operations(page)
            for key, names in libraries.items():
                self.assertEqual(tuple(name.split(" ")[0] for name in measured[key]["libraries"].values()), names)
                self.assertGreater(measured[key]["json"]["value"], 0)
                for times in measured[key]["singles"].values():
                    self.assertGreaterEqual(times["p99_us"], times["p50_us"])
        return found

    @unittest.skipUnless(sample.can_import("/usr/bin/python3", "msgpack"), "Debian's python3 has no msgpack")
    def test_python(self):
        found = self.check_measured("Python", r"^Python 3[\d.]+$", {"decode_python": ("json", "msgpack")})
        self.assertEqual(found["missing"], "")

    @unittest.skipUnless(shutil.which("node"), "node is not installed")
    def test_node(self):
        packages = {"decode_node_msgpack": "@msgpack/msgpack", "decode_node_msgpackr": "msgpackr"}
        folder = sample.BUILD / "bench" / "node" / "node_modules"
        installed = {key: ("JSON.parse", name) for key, name in packages.items() if (folder / name).exists()}
        found = self.check_measured("Node.js", r"^Node\.js [\d.]+, V8 ", installed)
        for key, name in packages.items():
            self.assertEqual(f"{name} is not installed" in found["missing"], key not in installed)
        if len(installed) < len(packages):
            self.assertIn("make bench-clients", found["missing"])
            self.skipTest(f"measured without what make bench-clients installs: {found['missing']}")

    @unittest.skipUnless((sample.BUILD / "bench" / "decode_rust").exists(), "not built: make bench-clients")
    def test_rust(self):
        found = self.check_measured("Rust", r"^Rust 1\.", {"decode_rust": ("serde_json", "rmp-serde")})
        self.assertEqual(found["missing"], "")

    def test_versions_are_told(self):
        libraries = json.loads(sample.encoding())["libraries"]
        self.assertTrue({"jansson", "RapidJSON", "cJSON", "simdjson", "msgpack-c"} <= set(libraries))
        for name, version in libraries.items():
            self.assertRegex(version, r"^\d+\.\d+", name)

    def test_one_that_reads_nothing_and_one_that_is_not_there_are_left_out(self):
        idle = sample.FOLDER / "idle"
        idle.write_text(IDLE_CLIENT.format(python=shutil.which("python3")), encoding="utf-8")
        idle.chmod(0o755)
        printed = sample.bench("encoding", sample.INDEX, "--rounds", 1, "--json", NODE=str(idle), PYTHON="/nonexistent")
        result = json.loads(printed)
        self.assertEqual([client(result, name)["runtime"] for name in ("Node.js", "Python")], ["", ""])
        self.assertRegex(client(result, "Node.js")["missing"], "idle reads other values than jansson")
        self.assertRegex(client(result, "Python")["missing"], "cannot run /nonexistent.*; apt-get install python3 ")
        self.assertFalse({"idle", "decode_python"} & set(operations(result["pages"][0])))

    def test_one_that_talks_nonsense_is_left_out_and_people_are_told(self):
        printed = sample.bench("encoding", sample.INDEX, "--rounds", 1, NODE="echo", PYTHON="false")
        self.assertRegex(printed, "\nNode.js: not all was measured: .*not what it should be; apt-get install nodejs npm")
        self.assertRegex(printed, "\nPython: not all was measured: false: exit status 1; apt-get install ")
