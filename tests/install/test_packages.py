"""What Debian's packages are made of agrees with the rest: versions, libraries, units, the operators' page. The packages
themselves are built and tried by `make deb-check`."""

import email.utils
import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import unittest

import help_text
import stage
from running_server import running_server

DEBIAN = stage.ROOT / "scripts" / "debian"


def changelog(version="9.8.7", seconds="86400"):
    return stage.run("sh", DEBIAN / "make-changelog", version, seconds)


def field(name, package=None):
    """A field of a paragraph of debian/control, as a set of names without versions."""
    paragraphs = (DEBIAN / "control").read_text().split("\n\n")
    paragraph = next(text for text in paragraphs if text.startswith(f"Package: {package}\n" if package else "Source:"))
    value = re.search(rf"^{name}:(.*(?:\n .*)*)", paragraph, re.MULTILINE)[1]
    return {re.sub(r"\s*\(.*?\)", "", item).strip() for item in value.split(",") if item.strip()}


def makefile_version():
    return re.search(r"^VERSION = (\S+)$", (stage.ROOT / "Makefile").read_text(), re.MULTILINE)[1]


class Versions(unittest.TestCase):
    def test_the_version_of_the_makefile_is_the_newest(self):
        """CHANGELOG.md may lag behind until it is released, but never be ahead."""
        released = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", (stage.ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
        self.assertTrue(released)
        version = makefile_version()
        self.assertEqual(changelog(version).count(f"cratedex ({version}-1)"), 1)
        self.assertTrue(changelog(version).startswith(f"cratedex ({version}-1) unstable; urgency="))
        numbers = [tuple(map(int, text.split("."))) for text in (version, *released)]
        self.assertEqual(numbers, sorted(numbers, reverse=True))

    def test_the_changelog_has_every_version_with_its_day(self):
        printed = changelog()
        heads = re.findall(r"^## \[(\d[^]]*)\] - (\S+)$", (stage.ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
        entries = re.findall(r"^cratedex \((.*)-1\) unstable; urgency=medium\n\n  \* .+\n\n -- .+ <.+>  (.+)$", printed, re.MULTILINE)
        days = [(version, email.utils.parsedate_to_datetime(day).date().isoformat()) for version, day in entries]
        self.assertEqual(days, [("9.8.7", "1970-01-02"), *heads])

    @unittest.skipUnless(shutil.which("dpkg-parsechangelog"), "dpkg-dev is not installed")
    def test_dpkg_reads_it(self):
        done = subprocess.run(["dpkg-parsechangelog", "-l-", "-S", "Version"], input=changelog(), text=True,
                              check=True, capture_output=True)
        self.assertEqual((done.stdout, done.stderr), ("9.8.7-1\n", ""))


class Libraries(unittest.TestCase):
    def test_what_the_build_depends_on_is_what_install_deps_brings(self):
        """The compiler, make and curl are Debian's build-essential, and no library."""
        text = (stage.ROOT / "scripts" / "install-deps").read_text()
        brought = set(re.search(r"^packages='(.*?)'", text, re.MULTILINE | re.DOTALL)[1].split())
        wanted = brought - {"gcc", "libc6-dev", "make", "curl"}
        self.assertEqual(field("Build-Depends"), wanted | {"debhelper-compat", "dh-sequence-installsysusers"})

    def test_cratedex_dev_brings_what_its_pkg_config_file_requires(self):
        depends = field("Depends", "cratedex-dev") - {"${misc:Depends}"}
        self.assertLessEqual(depends, field("Build-Depends"))
        pc = stage.path("lib/pkgconfig/cratedex.pc").read_text()
        required = re.search(r"^Requires: (.*)$", pc, re.MULTILINE)[1].split()
        self.assertGreaterEqual(len(depends), len(required))
        # libsqlite3-dev for sqlite3, zlib1g-dev for zlib, and so on: named after the module, nearly.
        names = {"inih": "libinih-dev", "libcrypto": "libssl-dev", "zlib": "zlib1g-dev"}
        self.assertLessEqual({names.get(module, f"lib{module.removeprefix('lib')}-dev") for module in required}, depends)


    def test_cratedex_brings_what_the_nightly_build_calls(self):
        scripts = "".join(file.read_text() for file in (stage.ROOT / "scripts" / "operate").glob("*.sh"))
        self.assertIn("exec $tied curl ", scripts)
        self.assertIn("curl", field("Depends", "cratedex"))
        self.assertIn("procps", field("Depends", "cratedex"))  # kill, by which the unit reloads


class Files(unittest.TestCase):
    def test_every_file_that_is_installed_is_in_one_package(self):
        patterns = [line for package in ("cratedex", "cratedex-dev")
                    for line in (DEBIAN / f"{package}.install").read_text().split()]
        self.assertEqual(len(patterns), len(set(patterns)))
        # Debian's own places of the two that rules names.
        folders = {"usr/lib/systemd": "lib/systemd", "usr/lib/libcratedex": "usr/lib/x/libcratedex",
                   "usr/lib/pkgconfig": "usr/lib/x/pkgconfig"}
        for file in stage.files(stage.folder):
            place = next((new + file.removeprefix(old) for old, new in folders.items() if file.startswith(old)), file)
            packed = [p for p in patterns if re.match(rf"{re.escape(p).replace(re.escape('*'), '[^/]+')}(/|$)", place)]
            self.assertEqual(len(packed), 1, f"{file}: {packed}")

    def test_rules_name_every_unit_once(self):
        rules = (DEBIAN / "rules").read_text()
        named = re.findall(r"\bcratedex-[a-z-]+\.(?:service|socket|timer)\b", rules)
        units = [file.name for file in (stage.ROOT / "scripts" / "systemd").iterdir()
                 if file.suffix in (".service", ".socket", ".timer")]
        self.assertEqual(sorted(named), sorted(units))

    def test_licences(self):
        """Whoever reads debian/copyright reads the same text of MIT's as in LICENSE."""
        own = re.search(r"(Permission is hereby.*?SOFTWARE\.)\n", (stage.ROOT / "LICENSE").read_text(), re.DOTALL)[1]
        self.assertIn(" ".join(own.split()), " ".join((DEBIAN / "copyright").read_text().replace("\n .\n", "\n").split()))


class OperatorsPage(unittest.TestCase):
    def test_the_bare_machine_would_run_all_of_it(self):
        """Every block of the page is a command of its, a file, or says why it is not run."""
        sys.path.insert(0, str(stage.ROOT / "tests" / "docs"))
        from markdown import blocks_of  # pylint: disable=import-outside-toplevel
        namespace = {"__file__": str(DEBIAN / "try"), "__name__": "try"}
        exec(compile((DEBIAN / "try").read_text(), "try", "exec"), namespace)  # pylint: disable=exec-used
        page = namespace["PAGE"]
        blocks = [block for block in blocks_of(page, (stage.ROOT / page).read_text()) if not block.not_run]
        self.assertEqual({block.language for block in blocks if not block.file}, {"console"})
        places = {place for place, _, _ in namespace["steps"]()}
        self.assertLessEqual({block.place() for block in blocks}, places)
        script = namespace["script"](namespace["steps"]())
        stage.run("bash", "-n", "-c", script)


class Container(unittest.TestCase):
    def test_it_starts_what_there_is(self):
        text = (stage.ROOT / "scripts" / "container" / "Containerfile").read_text()
        command = json.loads(re.search(r"^CMD (.*)$", text, re.MULTILINE)[1])
        known = help_text.options(help_text.helps()["cratedex-server", ""])
        self.assertLessEqual({word for word in command if word.startswith("--")}, set(known))
        port = re.search(r"^EXPOSE (\d+)$", text, re.MULTILINE)[1]
        self.assertTrue(command[command.index("--listen") + 1].endswith(f":{port}"))
        health = stage.ROOT / "scripts" / "container" / "health"
        self.assertIn(f"${{1:-{port}}}", health.read_text())

    def test_the_health_check(self):
        """Well where the server is ready, ill where there is none, or something else answers."""
        health = stage.ROOT / "scripts" / "container" / "health"
        with running_server(stage.path("bin/cratedex-server"), stage.index) as url:
            stage.run("bash", health, url.rpartition(":")[2])
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            answering = threading.Thread(target=self.answer, args=(silent, b"HTTP/1.1 503 Not Ready\r\n\r\n"))
            answering.start()
            stage.run("bash", health, port, status=1)
            answering.join()
        stage.run("bash", health, port, status=1)

    @staticmethod
    def answer(listener, text):
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(text)
