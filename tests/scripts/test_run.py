"""scripts/run in a tree of its own, where install-deps and make are fakes and the programs are
those that were built: what it prints, when, and how it ends."""

import os
import pty
import re
import shlex
import shutil
import signal
import socket
import unittest
import urllib.request
from pathlib import Path

from machine import ROOT, Machine

PROGRAMS = Path(os.environ.get("CRATEDEX_BUILD", ROOT / "build"))
COMPILED = "".join(f"  compile  {n}.o\n" for n in range(200))
N_THINGS_TO_TRY = 3


class Tree(Machine):
    """A checkout: scripts, the sample, and programs in build/ for which make has nothing to do."""

    def __init__(self):
        super().__init__()
        self.tree = self.folder / "tree"
        self.script = self.tree / "scripts" / "run"
        for folder in (self.script.parent, self.tree / "build"):
            folder.mkdir(parents=True)
        shutil.copy(ROOT / "scripts" / "run", self.script)
        (self.tree / "data").symlink_to(ROOT / "data")
        for name in ("cratedex-index", "cratedex-server"):
            (self.tree / "build" / name).symlink_to(PROGRAMS / name)
        self.fake("make", f"log make\ncat <<'END'\n{COMPILED}END\n")
        self.fake_install_deps("echo 'install-deps: nothing is missing'")
        self.fake("curl", "")

    def fake_install_deps(self, script):
        self.fake("install-deps", "log install-deps\n" + script)
        (self.programs / "install-deps").rename(self.tree / "scripts" / "install-deps")


def taken_port():
    """A socket that listens, and its port."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener, listener.getsockname()[1]


def read_to_the_end_of_the_hints(stream):
    """What is printed up to the last thing to try."""
    lines = []
    for line in stream:
        lines.append(line.rstrip("\n"))
        if sum("curl " in line for line in lines) == N_THINGS_TO_TRY:
            break
    return lines


class Run(unittest.TestCase):
    def setUp(self):
        self.tree = Tree()
        self.addCleanup(self.tree.__exit__)

    def serve(self, *arguments, number=signal.SIGINT):
        """The lines that it prints when it serves; what they say to try must work. Ends it by the
        signal; the status must be the server's."""
        with self.tree.start(self.tree.script, *arguments) as process:
            lines = read_to_the_end_of_the_hints(process.stdout)
            try:
                self.try_all(lines)
                self.assertEqual(Path(f"/proc/{process.pid}/exe").resolve(),
                                 (PROGRAMS / "cratedex-server").resolve())
            finally:
                process.send_signal(number)
                rest, errors = process.communicate(timeout=300)
        self.assertEqual((process.returncode, rest, errors), (0, "", ""), lines)
        return lines

    def try_all(self, lines):
        """The page explains what it is; so may what programs ask for be tried."""
        pages = re.findall(r"^open (http://\S+/)$", "\n".join(lines), re.MULTILINE)
        self.assertEqual(len(pages), 1, lines)
        with urllib.request.urlopen(pages[0], timeout=60) as response:
            self.assertIn(b"What is this?", response.read())
        urls = re.findall(r"curl '(\S+)'", "\n".join(lines))
        self.assertEqual(len(urls), N_THINGS_TO_TRY, lines)
        for url in urls:
            with urllib.request.urlopen(url, timeout=60) as response:
                self.assertEqual(response.status, 200)

    def assert_no_pipe_is_left(self):
        self.assertEqual(sorted(path.name for path in self.tree.folder.iterdir()),
                         ["bin", "log", "root", "tree"])

    def test_it_prints_some_ten_lines(self):
        lines = self.serve("--listen", "127.0.0.1:0")
        self.assertLessEqual(len(lines), 12, lines)
        self.assertEqual(self.tree.logged(), ["install-deps", "make"])
        text = "\n".join(lines)
        for part in ("install-deps: nothing is missing", "run: building", "run: indexing",
                     "build/data.cdx: ", "Ctrl-C"):
            self.assertIn(part, text)
        # The address is known, and so what to try, only when it listens.
        self.assertRegex(lines[-N_THINGS_TO_TRY - 3], r"listening on http://127\.0\.0\.1:[1-9]\d*")
        log = self.tree.tree / "build" / "logs" / "run-build.log"
        self.assertEqual(log.read_text(encoding="utf-8"), COMPILED)
        self.assert_no_pipe_is_left()

    def test_an_index_is_built_once(self):
        self.serve("--listen=127.0.0.1:0")
        self.assertIn("run: build/data.cdx is up to date",
                      self.serve("--listen=127.0.0.1:0", number=signal.SIGTERM))

    def test_the_address_is_an_option_or_in_the_environment(self):
        if socket.has_ipv6:
            try:
                with socket.socket(socket.AF_INET6) as probe:
                    probe.bind(("::1", 0))
            except OSError:
                pass
            else:
                lines = self.serve("--listen", "[::1]:0")
                self.assertIn("http://[::1]:", lines[-1])
        # What listens on every address is asked at one.
        self.assertIn("http://127.0.0.1:", self.serve("--listen", "0.0.0.0:0")[-1])
        environment = self.tree.environment() | {"LISTEN": "localhost:0"}
        self.tree.environment = lambda: environment
        self.assertRegex("\n".join(self.serve()), r"listening on http://(127\.0\.0\.1|\[::1\]):")

    def test_a_taken_port_is_said_before_anything_is_done_with_a_remedy_that_works(self):
        listener, port = taken_port()
        with listener, socket.socket() as neighbour:
            # The port beside it is no remedy either. It may be somebody else's already.
            try:
                neighbour.bind(("127.0.0.1", port + 1))
                neighbour.listen()
            except OSError:
                pass
            status, printed, errors = self.tree.run(self.tree.script, "--listen",
                                                    f"127.0.0.1:{port}", ROOT / "data")
            self.assertEqual((status, printed, self.tree.logged()), (1, "", []))
            self.assertEqual(errors.count("\n"), 1)
            start = f"run: another program listens on 127.0.0.1:{port} already; stop it, or: "
            self.assertTrue(errors.startswith(start), errors)
            remedy = shlex.split(errors[len(start):])
            self.assertEqual(remedy[:2], [str(self.tree.script), "--listen"])
            self.assertNotIn(remedy[2], (f"127.0.0.1:{port}", f"127.0.0.1:{port + 1}"))
            self.serve(*remedy[1:])

    def test_an_address_of_another_machine_is_said_before_anything_is_done(self):
        for address in ("192.0.2.7:8888", "no-such-host.invalid:8888"):
            status, printed, errors = self.tree.run(self.tree.script, "--listen", address)
            self.assertEqual((status, printed, self.tree.logged()), (1, "", []))
            self.assertIn(f"cannot listen on {address}: ", errors)

    def test_without_perl_the_server_finds_out(self):
        (self.tree.programs / "perl").unlink()
        listener, port = taken_port()
        with listener:
            status, printed, errors = self.tree.run(self.tree.script, "--listen",
                                                    f"127.0.0.1:{port}")
        self.assertEqual(status, 1)
        self.assertNotIn("curl", printed)
        self.assertIn("cratedex-server: cannot listen on ", errors)
        self.assert_no_pipe_is_left()

    def test_a_build_that_fails_is_shown(self):
        self.tree.fake("make", f"cat <<'END'\n{COMPILED}END\necho 'x.c:1: error: no' >&2; exit 2")
        status, printed, errors = self.tree.run(self.tree.script, "--listen", "127.0.0.1:0")
        self.assertEqual(status, 1)
        self.assertNotIn("compile", printed)
        self.assertIn("compile  7.o\n", errors)
        self.assertTrue(errors.endswith("x.c:1: error: no\nrun: the build failed, see above and "
                                        "build/logs/run-build.log\n"), errors)

    def test_a_dump_that_cannot_be_indexed(self):
        dump = self.tree.folder / "empty"
        dump.mkdir()
        status, printed, errors = self.tree.run(self.tree.script, "--listen", "127.0.0.1:0", dump)
        self.assertEqual(status, 1)
        self.assertIn("cratedex-index: ", errors)
        self.assertNotIn("curl", printed)

    def test_nothing_is_built_where_packages_are_missing(self):
        self.tree.fake_install_deps("echo 'install-deps: run this as root' >&2; exit 1")
        self.assertEqual(self.tree.run(self.tree.script, "--listen", "127.0.0.1:0"),
                         (1, "", "install-deps: run this as root\n"))
        self.assertEqual(self.tree.logged(), ["install-deps"])

    def test_options_of_the_server_go_behind_two_dashes(self):
        self.serve("--listen", "127.0.0.1:0", "--", "--threads", "1")
        with self.tree.start(self.tree.script, "--listen", "127.0.0.1:0", "--", "--ui", "no") as process:
            lines = read_to_the_end_of_the_hints(process.stdout)
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=300)
        self.assertNotIn("open ", "\n".join(lines))
        status, printed, errors = self.tree.run(self.tree.script, "--listen", "127.0.0.1:0", "--",
                                                "--no-such-option")
        self.assertEqual(status, 2)
        self.assertNotIn("curl", printed)
        self.assertIn("cratedex-server: ", errors)
        self.assert_no_pipe_is_left()

    def test_an_access_log_has_standard_output_for_itself(self):
        with self.tree.start(self.tree.script, "--listen", "127.0.0.1:0", "--", "--access-log",
                             "json") as process:
            lines = read_to_the_end_of_the_hints(process.stderr)
            try:
                self.try_all(lines)
            finally:
                process.terminate()
                printed, _ = process.communicate(timeout=300)
        self.assertEqual(process.returncode, 0)
        logged = [line for line in printed.splitlines()
                  if not line.startswith(("run: ", "install-deps: ", "build/data.cdx: "))]
        self.assertEqual(len(logged), N_THINGS_TO_TRY + 1, printed)  # and the page
        for line in logged:
            self.assertTrue(line.startswith("{"), line)
        self.assert_no_pipe_is_left()

    def test_a_terminal_s_interrupt_ends_it_well(self):
        process, terminal = pty.fork()
        if process == 0:
            os.execve("/bin/sh", ["sh", str(self.tree.script), "--listen", "127.0.0.1:0"],
                      self.tree.environment() | {"TERM": "xterm"})
        try:
            with open(terminal, encoding="utf-8", closefd=False) as stream:
                lines = read_to_the_end_of_the_hints(stream)
                self.try_all(lines)
                os.write(terminal, b"\x03")
                # Linux says EIO when the last program has left the terminal.
                with self.assertRaises(OSError):
                    while stream.read(1):
                        pass
        finally:
            _, status = os.waitpid(process, 0)
            os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(status), 0)
        self.assert_no_pipe_is_left()

    def test_command_line(self):
        for option in ("--help", "-h"):
            status, printed, errors = self.tree.run(self.tree.script, option)
            self.assertEqual((status, errors), (0, ""))
            self.assertIn("--listen ADDRESS:PORT", printed)
        for arguments in (("--nope",), ("--listen",), ("data", "data"), ("",), ("--listen", "8889"),
                          ("--listen", ":8889"), ("--listen=::1:8889",), ("--listen", "[::1]8889"),
                          ("--listen", "127.0.0.1:"), ("--listen", "127.0.0.1:http"),
                          ("--listen", "127.0.0.1:65536"), ("--listen", "127.0.0.1:-1")):
            status, printed, errors = self.tree.run(self.tree.script, *arguments, cwd=ROOT)
            self.assertEqual((status, printed, errors.count("\n")), (2, "", 1), arguments)
        status, printed, errors = self.tree.run(self.tree.script, "no-such-dump")
        self.assertEqual((status, printed, errors), (1, "", "run: no such dump: no-such-dump\n"))
        self.assertEqual(self.tree.logged(), [])


if __name__ == "__main__":
    unittest.main()
