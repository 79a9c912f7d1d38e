"""scripts/fetch-dump and a server that does all that servers do wrong."""

import fcntl
import gzip
import os
import pty
import random
import shutil
import signal
import ssl
import subprocess
import threading
import time
import unittest
from pathlib import Path

from dump_server import DumpServer, Fault, dump
from machine import ROOT, Machine

FETCH = ROOT / "scripts" / "fetch-dump"
FILLER = random.Random(1).randbytes(60_000)
NEWER = "2026-11-02T02:00:00.371738871Z"  # as long as the first one
OLDER = "2026-10-31T02:00:00Z"


class Fetching(unittest.TestCase):
    def setUp(self):
        self.machine = Machine()
        self.addCleanup(self.machine.__exit__)
        # All programs of the system, and fakes before them.
        self.path = f"{self.machine.folder / 'fake'}:/usr/sbin:/usr/bin:/sbin:/bin"
        self.machine.programs = self.machine.folder / "fake"
        self.machine.programs.mkdir()
        self.machine.environment = lambda: {"PATH": self.path, "HOME": str(self.machine.folder)}
        self.server = DumpServer()
        self.server.__enter__()
        self.addCleanup(self.server.__exit__)
        self.server.body = dump(filler=FILLER)
        self.folder = self.machine.folder / "dumps"
        self.file = self.folder / "db-dump.tar.gz"

    def arguments(self, *more):
        return [FETCH, "-o", self.file, "--url", self.server.url, "--allow-http", "--retry-delay", "0", *more]

    def fetch(self, *more, status=0):
        """What it printed, on standard error where it failed."""
        found, printed, errors = self.machine.run(*self.arguments(*more))
        self.assertEqual(found, status, printed + errors)
        self.assertEqual(bool(errors), status not in (0, 3), errors)
        return errors or printed

    def state(self):
        """Everything but what is being fetched."""
        return {path.name: (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes())
                for path in self.folder.iterdir() if path.is_file()}

    def assert_fetched(self):
        self.assertEqual(self.file.read_bytes(), self.server.body)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()),
                         [f"{self.file.name}{end}" for end in ("", ".lock", ".origin")])

    def become(self, timestamp=NEWER, etag='"two"', filler=FILLER):
        """The server gets another dump."""
        self.server.body = dump(timestamp, filler=filler)
        self.server.etag = etag
        self.server.modified += 3600
        return self.server.body

    def fetch_first(self):
        self.fetch()
        self.become()
        self.server.requests.clear()
        return self.state()

    # ---- Only when newer ----

    def test_a_dump_is_fetched(self):
        printed = self.fetch()
        self.assertIn("is the dump of 2026-11-01T02:00:00.371738871Z", printed)
        self.assert_fetched()
        self.assertEqual(int(self.file.stat().st_mtime), int(self.server.modified))
        self.assertRegex(self.server.gets()[0]["User-Agent"], r"^cratedex-fetch-dump/\d")

    def test_nothing_is_written_when_it_is_not_modified(self):
        for etag in ('"one"', 'W/"one"', None):
            with self.subTest(etag):
                self.server.etag = etag
                self.fetch("--force")
                before = self.state()
                self.assertIn("no newer dump", self.fetch(status=3))
                self.assertEqual(self.state(), before)

    def test_a_server_that_does_not_compare(self):
        self.server.every = Fault(no_conditions=True)
        self.fetch()
        before = self.state()
        self.server.requests.clear()
        self.assertIn("the same ETag", self.fetch(status=3))
        self.assertEqual((self.server.gets(), self.state()), ([], before))
        self.server.etag = '"of another of its machines"'
        self.assertIn("the same bytes", self.fetch(status=3))
        self.assertEqual(self.state()[self.file.name], before[self.file.name])

    def test_a_server_that_knows_no_head(self):
        self.server.head = Fault(status=405, body=b"")
        before = self.fetch_first()
        self.server.etag = '"one"'
        self.server.modified -= 3600
        self.fetch(status=3)
        self.assertEqual(self.state(), before)
        self.become()
        self.fetch()
        self.assert_fetched()

    def test_a_newer_one_takes_its_place_in_one_step(self):
        self.fetch()
        old = self.server.body
        with open(self.file, "rb") as reader:
            self.become()
            self.fetch()
            self.assertEqual(reader.read(), old)
        self.assert_fetched()

    def test_what_somebody_else_put_there_is_not_taken_for_the_server_s(self):
        self.fetch()
        self.file.write_bytes(dump(OLDER, filler=b"other"))
        self.fetch()
        self.assert_fetched()
        self.assertIsNone(self.server.gets()[-1]["If-None-Match"])

    def test_an_older_one_is_refused(self):
        before = self.fetch_first()
        self.become(OLDER, '"zero"')
        for modified in (86400 * 2, -86400 * 2):  # the server says so; only the dump does
            self.server.modified -= modified
            self.assertIn("--allow-older", self.fetch(status=1))
            self.assertEqual(self.state(), before)
        # Without what is remembered, the file is read itself.
        (self.folder / "db-dump.tar.gz.origin").unlink()
        self.assertIn("older than 2026-11-01T02", self.fetch(status=1))
        self.fetch("--allow-older")
        self.assert_fetched()

    # ---- Resumed, of one version ----

    def break_off(self, cut=40_000):
        """A run that gets that much, and no more."""
        self.server.faults = [Fault(cut=cut)]
        self.assertIn("the next run goes on", self.fetch("--retries", "0", status=1))
        self.server.requests.clear()

    def test_it_goes_on_where_it_broke_off(self):
        self.server.faults = [Fault(cut=10_000), Fault(status=503, body=b"busy"), Fault(cut=20_000), Fault(cut=0)]
        self.fetch()
        self.assert_fetched()
        asked = [(headers["Range"], headers["If-Range"]) for headers in self.server.gets()]
        self.assertEqual(asked, [(None, None), ("bytes=10000-", '"one"'), ("bytes=10000-", '"one"'),
                                 ("bytes=30000-", '"one"'), ("bytes=30000-", '"one"')])

    def test_a_later_run_goes_on(self):
        before = self.fetch_first()
        self.break_off()
        self.assertEqual(self.state(), before)
        self.fetch()
        self.assert_fetched()
        self.assertEqual([headers["Range"] for headers in self.server.gets()], ["bytes=40000-"])

    def test_two_versions_are_never_mixed(self):
        """The dump becomes another one between two runs, of the same length, and servers differ in what they know."""
        cases = {
            "If-Range is known": Fault(),
            "If-Range is not known": Fault(no_if_range=True),
            "the part does not say of which version": Fault(no_if_range=True, etag=False),
            "no part is ever sent": Fault(no_ranges=True),
            "the range cannot be satisfied": Fault(status=416, body=b"", headers={"Content-Range": "bytes */9"}),
            "the whole is as long as what is there": Fault(body=dump(NEWER, filler=FILLER)[:40_000]),
            "another part is sent": Fault(status=206, headers={"Content-Range": "bytes 9-40000/70000"}),
            "the part does not say which": Fault(status=206),
            "it breaks off in the other one, too": Fault(no_if_range=True, cut=9),
        }
        self.break_off()
        saved = self.machine.folder / "saved"
        shutil.copytree(self.folder, saved)
        self.assertEqual(len(self.server.body), len(self.become()))
        for name, fault in cases.items():
            with self.subTest(name):
                shutil.rmtree(self.folder)
                shutil.copytree(saved, self.folder)
                self.server.faults = [fault]
                # It is told by what the server says, before the parts are put together.
                self.assertNotIn("do not fit", self.fetch())
                self.assert_fetched()

    def test_a_server_that_gives_two_versions_one_name(self):
        self.break_off()
        self.become(etag='"one"', filler=FILLER[::-1])
        self.server.modified -= 3600  # as it was
        self.assertIn("do not fit", self.fetch())
        self.assert_fetched()

    def test_a_dump_that_changes_all_the_time(self):
        self.break_off()
        self.server.every = Fault(no_if_range=True, cut=5_000)
        self.server.faults = []
        count = iter(range(100))
        # Every answer is of a version of its own.
        type(self.server).etag = property(lambda _: f'"{next(count)}"', lambda *_: None)
        self.addCleanup(delattr, type(self.server), "etag")
        del self.server.__dict__["etag"]
        self.assertIn("again and again", self.fetch("--retries", "50", status=1))

    def test_what_cannot_be_told_apart_is_not_resumed(self):
        for etag, age, expected in (('W/"one"', 5, None), (None, 5, None), (None, 86400, "bytes=40000-"),
                                    ('W/"one"', 86400, "bytes=40000-")):
            with self.subTest(etag=etag, age=age):
                self.server.etag, self.server.modified = etag, time.time() - age
                self.file.unlink(missing_ok=True)
                self.break_off()
                self.fetch()
                self.assert_fetched()
                asked = self.server.gets()[-1]
                self.assertEqual(asked["Range"], expected)
                self.assertEqual(asked["If-Range"], expected and self.server.last_modified())

    def test_another_url_begins_anew(self):
        self.break_off()
        self.server.url += "?mirror"
        self.fetch()
        self.assert_fetched()
        self.assertIsNone(self.server.gets()[0]["Range"])

    def test_what_was_killed_before_it_looked(self):
        """At a part of another version, and at a body that is whole."""
        self.break_off()
        partial = self.folder / "db-dump.tar.gz.partial"
        (partial / "resumed-headers").write_text('HTTP/1.1 206 Partial Content\r\nETag: "two"\r\n\r\n')
        self.fetch()
        self.assert_fetched()
        self.assertIsNone(self.server.gets()[0]["Range"])
        self.become()
        self.break_off()
        (partial / "body").write_bytes(self.server.body)
        self.fetch()
        self.assert_fetched()
        self.assertEqual(self.server.gets(), [])

    # ---- Wrong answers ----

    def test_a_wrong_answer_leaves_the_dump_as_it_is(self):
        whole = dump(NEWER, filler=FILLER)
        damaged = bytearray(whole)
        damaged[30_000] ^= 1
        cases = {
            "text/html": Fault(body=b"<!DOCTYPE html><p>Sign in", headers={"Content-Type": "text/html"}),
            "empty": Fault(body=b""),
            "the answer of": Fault(body=b"", no_length=True),
            "answers 404": Fault(status=404, body=b"no"),
            "answers 403": Fault(status=403, body=b"no"),
            "answers 500": Fault(status=500, body=whole),
            "answers 204": Fault(status=204, body=b""),
            "sent a part": Fault(status=206, headers={"Content-Range": "bytes 0-9/10"}),
            "in a circle": Fault(status=302, headers={"Location": self.server.url}),
            "damaged: unexpected end of file": Fault(body=whole[:-9], no_length=True),
            "damaged: ": Fault(body=bytes(damaged)),
            "no tar archive": Fault(body=gzip.compress(b"no dump at all " * 50)),
            "has no data/versions.csv": Fault(body=dump(NEWER, ("crates",))),
            "has no data/crates.csv": Fault(body=dump(NEWER, ())),
            "no metadata.json": Fault(body=dump(metadata=b'{"time": "2026-11-02T02:00:00Z"}')),
            "broke|closed|outstanding|transfer": Fault(cut=30_000),
        }
        self.server.head = Fault(status=405, body=b"")
        before = self.fetch_first()
        for expected, fault in cases.items():
            with self.subTest(expected):
                self.server.every = fault
                self.assertRegex(self.fetch("--retries", "1", status=1), expected)
                self.assertEqual(self.state(), before)
        self.server.every = Fault()
        self.fetch()
        self.assert_fetched()

    def test_servers_that_are_busy_or_not_there(self):
        self.machine.fake("sleep", 'log "$@"')
        self.server.faults = [Fault(status=429, body=b"", headers={"Retry-After": "17"}), Fault(status=502, body=b""),
                              Fault(status=500, body=b""),
                              Fault(status=503, body=b"", headers={"Retry-After": "99999"})]
        self.fetch("--retry-delay", "2")
        self.assertEqual(self.machine.logged(), ["17", "4", "8", "16"])
        self.server.every = Fault(status=500, body=b"")
        self.become()
        self.server.requests.clear()
        self.fetch("--retries", "3", status=1)
        self.assertEqual(len(self.server.gets()), 4)
        self.server.__exit__()
        self.assertRegex(self.fetch("--retries", "2", status=1), "cannot fetch .*: .*connect")

    def test_the_time_is_bounded(self):
        released = threading.Event()
        self.addCleanup(released.set)
        self.server.every = Fault(cut=10_000, until=released)
        self.assertRegex(self.fetch("--max-time", "1", status=1), "--max-time|timed out")

    def test_the_size_is_bounded(self):
        self.assertIn("--max-bytes", self.fetch("--max-bytes", "50K", status=1))
        self.assertEqual(self.server.gets(), [])
        self.server.head = Fault(status=405, body=b"")
        self.server.every = Fault(no_length=True)
        self.assertIn("--max-bytes", self.fetch("--max-bytes", "50K", status=1))
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["db-dump.tar.gz.lock"])

    def test_the_space_is_looked_at_before(self):
        self.machine.fake("df", "echo Filesystem; echo /dev/disk 100 90 50 90% /")
        self.assertRegex(self.fetch(status=1), r"not enough space .* 50.0 KiB are free")
        self.assertEqual(self.server.gets(), [])

    def test_a_disk_that_fills_up(self):
        before = self.fetch_first()
        self.machine.fake("curl", "exit 23")  # as it says so
        self.assertIn("is the disk full?", self.fetch(status=1))
        self.assertEqual(self.state(), before)

    # ---- Only https ----

    def test_http_must_be_asked_for(self):
        arguments = self.arguments()
        arguments.remove("--allow-http")
        status, printed, errors = self.machine.run(*arguments)
        self.assertEqual((status, printed, self.server.requests), (2, "", []))
        self.assertIn("--allow-http", errors)

    def test_https_does_not_lead_to_http(self):
        key = self.machine.folder / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                        "-nodes", "-keyout", key, "-out", key.with_name("cert.pem"), "-subj", "/CN=127.0.0.1", "-addext",
                        "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(key.with_name("cert.pem"), key)
        environment = self.machine.environment()
        with DumpServer(context) as secure:
            plain, self.server.url = self.server.url, secure.url
            arguments = self.arguments("--retries", "0")
            arguments.remove("--allow-http")
            self.assertIn("certificate", self.machine.run(*arguments)[2])
            self.machine.environment = lambda: environment | {"CURL_CA_BUNDLE": str(key.with_name("cert.pem"))}
            self.assertEqual(self.machine.run(*arguments)[0], 0)
            secure.etag = '"two"'
            secure.every = Fault(status=302, headers={"Location": plain})
            self.assertIn("leads to what is not https", self.machine.run(*arguments)[2])
        self.assertEqual(self.server.requests, [])

    def test_a_password_is_shown_to_nobody(self):
        self.machine.fake("curl", 'log "$@"; exec /usr/bin/curl "$@"')
        self.server.url = self.server.url.replace("//", "//me:secret@") + "?token=secret"
        self.server.faults = [Fault(cut=9)]
        self.assertNotIn("secret", self.fetch() + "".join(self.machine.logged()))
        self.assertEqual(self.server.gets()[0]["Authorization"], "Basic bWU6c2VjcmV0")
        for path in self.folder.iterdir():
            if b"secret" in path.read_bytes():
                self.assertEqual(path.stat().st_mode & 0o077, 0, path)

    # ---- Two at once, and signals ----

    def test_one_at_a_time(self):
        self.fetch()
        before = self.state()
        with open(self.folder / "db-dump.tar.gz.lock", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertIn("another run", self.fetch(status=4))
        self.assertEqual(self.state(), before)

    def test_a_signal_ends_it_and_keeps_what_came(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(number):
                self.file.unlink(missing_ok=True)
                released = threading.Event()
                self.server.faults = [Fault(cut=40_000, until=released)]
                self.server.sent.clear()
                with self.machine.start(*self.arguments()) as process:
                    self.assertTrue(self.server.sent.wait(60))
                    self.wait_for_bytes(40_000)
                    process.send_signal(number)
                    _, errors = process.communicate(timeout=60)
                released.set()
                self.assertEqual(process.returncode, 128 + number)
                self.assertIn("goes on at 39.0 KiB", errors)
                self.server.requests.clear()
                self.fetch()
                self.assert_fetched()
                self.assertEqual(self.server.gets()[0]["Range"], "bytes=40000-")

    def wait_for_bytes(self, size):
        body = self.folder / "db-dump.tar.gz.partial" / "body"
        subprocess.run(f"tail -qF -s 0.01 -c +{size} {body} 2>/dev/null | head -c 1", shell=True, check=True,
                       stdout=subprocess.DEVNULL, timeout=60)

    def test_a_run_that_is_killed_is_gone_on_with_at_once(self):
        released = threading.Event()
        self.addCleanup(released.set)
        self.server.faults = [Fault(cut=40_000, until=released)]
        with self.machine.start(*self.arguments()) as process:
            self.assertTrue(self.server.sent.wait(60))
            self.wait_for_bytes(40_000)
            process.kill()
            process.communicate(timeout=60)  # all that it started has ended, too
        self.server.requests.clear()
        self.fetch()
        self.assert_fetched()
        self.assertEqual(self.server.gets()[0]["Range"], "bytes=40000-")

    # ---- What is said ----

    def test_a_log_has_lines_and_a_terminal_a_bar(self):
        self.machine.fake("timeout", '[ "$1" = 30 ] || exec /usr/bin/timeout "$@"\n'
                                     '[ -e "$HOME/told" ] && exec /usr/bin/timeout "$@"; : >"$HOME/told"; exit 124')
        self.assertRegex(self.fetch(), r"\ncratedex-fetch-dump: fetched \S+ (KiB|bytes)")
        self.become()
        process, terminal = pty.fork()
        if process == 0:
            os.execve("/bin/sh", ["sh", *map(str, self.arguments())], self.machine.environment() | {"TERM": "xterm"})
        shown = b""
        try:
            while block := os.read(terminal, 65536):
                shown += block
        except OSError:  # the end of what a terminal shows
            pass
        os.close(terminal)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), 0)
        self.assertIn(b"####", shown)
        self.assertEqual((self.fetch("--quiet", status=3), self.fetch("--quiet", "--force")), ("", ""))

    def test_command_line(self):
        for option in ("--help", "-h", "--version", "-V"):
            status, printed, errors = self.machine.run(FETCH, option)
            self.assertEqual((status, errors), (0, ""))
            self.assertIn("cratedex-fetch-dump", printed)
        for arguments in (("--nope",), ("--url",), ("--url", ""), ("--url", "ftp://a/b"), ("--url", "file:///etc/a"),
                          ("--url=https://a b",), ("--retries", "-1"), ("--retries", "x"), ("--max-time", "0"),
                          ("--max-bytes", "1X"), ("--max-bytes", "9999999T"), ("--force=yes",), ("-o", ""),
                          ("-o", "a/"), ("dump.tar.gz",), ("",)):
            status, printed, errors = self.machine.run(FETCH, *arguments)
            self.assertEqual((status, printed, errors.count("\n")), (2, "", 1), arguments)
        self.assertEqual(self.machine.run(FETCH, "-o", self.machine.folder)[0], 1)


if __name__ == "__main__":
    unittest.main()
