"""scripts/nightly with a cratedex-index that builds at once: what it makes current, keeps, refuses and survives.
test_nightly_serving.py has the real one, and a server."""

import fcntl
import os
import re
import shutil
import signal
import threading
import unittest
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from dump_server import DumpServer, Fault, dump
from machine import ROOT
from nightly_tree import NightlyTree

SAMPLE = ROOT / "scripts" / "install" / "nightly.conf"
STAMP = r"\d{8}T\d{6}Z(-\d+)?"


class Nightly(unittest.TestCase):
    def setUp(self):
        self.tree = NightlyTree()
        self.addCleanup(self.tree.__exit__)

    def run_it(self, *more, status=0):
        """What it printed: standard output, or standard error where it failed."""
        found, printed, errors = self.tree.run(*self.tree.command(*more))
        self.assertEqual(found, status, printed + errors)
        return printed if status == 0 else errors

    def build(self, day=1, **more):
        """The stamp of the index of a dump of that day, which is current then."""
        dump = self.tree.dump(f"dump{day}", day=day, **more)
        self.run_it("--dump", dump)
        stamp, index = self.tree.served()
        self.assertEqual(index, dump.read_bytes())
        return stamp

    def state(self):
        """All that there is, but for folders that are empty."""
        return {str(path.relative_to(self.tree.state)): path.read_bytes() if path.is_file() else os.readlink(path)
                for path in self.tree.state.rglob("*") if path.is_file() or path.is_symlink()}

    # ---- Fetch, build, verify, swap, keep two ----

    def change_program(self, before, after):
        """Of the cratedex-index that builds at once."""
        program = self.tree.folder / "build" / "cratedex-index"
        program.write_text(program.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")

    def test_a_night_after_another(self):
        # What is fetched is looked at, and so is no file of two lines.
        self.change_program('cp "$2" "$4"\n', 'printf "7\\nsome day\\n" >"$4"\n')
        with DumpServer() as server:
            fetched = ("--url", server.url, "--allow-http")
            self.assertIn("is the dump of 2026-11-01", self.run_it(*fetched))
            stamp, _ = self.tree.served()
            self.assertRegex(stamp, STAMP)
            self.assertEqual((self.tree.state / "dumps" / "db-dump.tar.gz").read_bytes(), server.body)
            self.assertIn("nothing to do", self.run_it(*fetched))
            self.assertEqual(self.tree.stamps(), [stamp])
            server.body, server.etag = dump("2026-11-02T02:00:00Z"), '"two"'
            self.run_it(*fetched)
            self.assertEqual(len(self.tree.stamps()), 2)
            server.every = Fault(status=404, body=b"")
            stamp, _ = self.tree.served()
            self.assertIn("no dump was fetched", self.run_it(*fetched, status=1))
            self.assertEqual(self.tree.served()[0], stamp)
            self.run_it("--url", "ftp://a/b", status=2)

    def test_the_link_is_relative_and_two_are_kept(self):
        first = self.build(1)
        self.assertEqual(os.readlink(self.tree.current), f"indexes/{first}")
        second = self.build(2)
        self.assertEqual(self.tree.stamps(), sorted((first, second)))
        third = self.build(3)
        self.assertEqual(self.tree.stamps(), sorted((second, third)))
        moved = self.tree.folder / "moved"
        self.tree.state.rename(moved)
        self.assertTrue((moved / "current" / "crates.cdx").is_file())

    def test_as_many_are_kept_as_are_asked_for(self):
        stamps = [self.build(day) for day in (1, 2)]
        for day, keep, expected in ((3, 3, 3), (4, 4, 4), (5, 1, 1)):
            self.run_it("--dump", self.tree.dump("dump", day=day), "--keep", keep)
            self.assertEqual(len(self.tree.stamps()), expected)
        self.assertNotIn(stamps[0], self.tree.stamps())

    def test_what_is_not_its_own_stays(self):
        self.build(1)
        for name in ("2020-by-hand", "notes"):
            (self.tree.indexes / name).mkdir()
            (self.tree.indexes / name / "crates.cdx").write_text("mine", encoding="utf-8")
        self.build(2)
        self.build(3)
        self.assertEqual({"2020-by-hand", "notes"} - set(self.tree.stamps()), set())

    def test_folders_may_be_elsewhere(self):
        elsewhere = self.tree.folder / "other disk"
        self.tree.indexes = elsewhere
        dump = self.tree.dump("dump")
        self.run_it("--dump", dump, "--indexes", elsewhere)
        self.assertEqual(os.readlink(self.tree.current), f"{elsewhere}/{self.tree.stamps()[0]}")
        self.run_it("--dump", self.tree.dump("dump", day=2), "--indexes", elsewhere)
        self.run_it("--rollback", "--indexes", elsewhere)
        self.assertEqual(self.tree.served()[1], self.tree.dump("dump").read_bytes())

    def test_the_same_dump_is_built_once_unless_what_builds_it_changed(self):
        self.build(1)
        before = self.state()
        self.assertIn("nothing to do", self.run_it("--dump", self.tree.dump("dump1")))
        self.assertEqual(self.state(), before)
        synonyms = self.tree.folder / "synonyms"
        synonyms.write_text("k8s kubernetes\n", encoding="utf-8")
        signed, changed = ("--sign", synonyms), ("--synonyms", synonyms, "--readmes", "dump")
        for arguments, version in ((changed, 1), (signed, 1), ((), 2), (("--force",), 2)):
            self.tree.variables = {"FAKE_VERSION": str(version)}
            stamp = self.tree.served()[0]
            self.run_it("--dump", self.tree.dump("dump1"), *arguments)
            self.assertNotEqual(self.tree.served()[0], stamp)
        built = (self.tree.folder / "builds").read_text(encoding="utf-8")
        self.assertIn("--synonyms", built)
        self.assertIn("--readmes", built)

    def test_an_unpacked_dump_is_told_by_all_its_files(self):
        self.change_program("build)", 'build)\nset -- build "$2/d" -o "$4"')
        folder = self.tree.folder / "unpacked"
        folder.mkdir()
        self.tree.dump("unpacked/d")
        self.run_it("--dump", folder)
        self.assertIn("nothing to do", self.run_it("--dump", folder))
        (folder / "e").touch()
        self.assertIn("built", self.run_it("--dump", folder))

    def test_counted_downloads_and_options_are_handed_on(self):
        self.run_it("--dump", self.tree.dump("dump"), "--downloads", "/a folder:/b", "--max-dump-bytes", "1G")
        said = (self.tree.folder / "builds").read_text(encoding="utf-8")
        self.assertIn("--downloads /a folder --downloads /b", said)
        self.assertIn("--max-dump-bytes 1073741824", said)

    # ---- Refused ----

    def test_what_fails_leaves_the_current_one(self):
        self.build(1)
        before = self.state()
        small = self.tree.dump("small", crates=899, day=2)
        cases = {
            "current one": (small, ()),
            "was not built": (self.tree.folder, ()),
            "is not sound": (self.tree.dump("bad", day=2, more="unsound\n"), ()),
            "there is no dump": (self.tree.folder / "nothing", ()),
            "not enough space": (self.tree.dump("dump2", day=2), ("--min-free", "900T")),
            "cannot read": (small, ("--synonyms", "/no/such/file")),
            "cannot read /no/readmes": (small, ("--readmes", "/no/readmes")),
        }
        for expected, (dump, arguments) in cases.items():
            with self.subTest(expected):
                self.assertIn(expected, self.run_it("--dump", dump, *arguments, status=1))
                self.assertEqual(self.state(), before)
        self.run_it("--dump", small, "--min-crates", "89")
        self.run_it("--dump", self.tree.dump("few", crates=1, day=3), "--allow-shrink")
        self.assertIn("--allow-shrink", (self.tree.folder / "builds").read_text(encoding="utf-8").splitlines()[-1])

    def test_the_space_is_looked_at_before_building(self):
        first = self.tree.dump("dump", more="x" * 9000)  # 12 KiB of the disk
        self.tree.fake("df", "echo Filesystem; echo /dev/disk 100 90 47 90% /")
        self.assertIn("48.0 KiB are needed, 47.0 KiB are free", self.run_it("--dump", first, status=1))
        self.assertFalse((self.tree.folder / "builds").exists())
        self.run_it("--dump", first, "--min-free", "47K")
        for kibibytes, status in ((10, 1), (12, 0)):  # for an index of 9,026 bytes
            self.tree.fake("df", f"echo Filesystem; echo /dev/disk 100 90 {kibibytes} 90% /")
            self.run_it("--dump", self.tree.dump("dump2", day=2), status=status)

    def test_an_index_that_cannot_be_read_any_more_is_compared_by_what_was_written_down(self):
        self.build(1)
        self.tree.during("info", 'case $1 in */.building/*) ;; *) exit 1 ;; esac')
        self.assertIn("fewer than 90 %", self.run_it("--dump", self.tree.dump("small", crates=10, day=2), status=1))
        # One that was put there by hand has nothing written down.
        (self.tree.current / "about").unlink()
        self.assertIn("is not compared", self.run_it("--dump", self.tree.dump("small", crates=10, day=2)))

    def test_a_current_that_is_no_link(self):
        self.tree.current.mkdir(parents=True)
        self.assertIn("no symbolic link", self.run_it("--dump", self.tree.dump("dump"), status=1))

    # ---- Back ----

    def test_rollback(self):
        first, second = self.build(1), self.build(2)
        self.run_it("--rollback")
        self.assertEqual(self.tree.served()[0], first)
        # Neither the next night nor a second rollback changes anything.
        self.assertIn("was rolled back", self.run_it("--dump", self.tree.dump("dump2", day=2)))
        self.assertIn("no index before", self.run_it("--rollback", status=1))
        self.assertEqual(self.tree.served()[0], first)
        self.assertEqual(self.tree.stamps(), sorted((first, second)))
        # A newer dump comes through, and the way back from it leads to the good one.
        third = self.build(3)
        self.assertEqual(self.tree.stamps(), sorted((first, third)))
        self.run_it("--rollback")
        self.assertEqual(self.tree.served()[0], first)

    def test_forward_again(self):
        first, second = self.build(1), self.build(2)
        self.run_it("--rollback")
        self.run_it("--use", second)
        self.assertEqual(self.tree.served()[0], second)
        self.assertIn("nothing to do", self.run_it("--dump", self.tree.dump("dump2", day=2)))
        self.run_it("--rollback")
        self.assertEqual(self.tree.served()[0], first)
        self.assertIn("there is no index nothing", self.run_it("--use", "nothing", status=1))
        self.assertIn("current already", self.run_it("--use", first))

    def test_what_was_rolled_back_is_built_again_by_force(self):
        self.build(1)
        second = self.build(2)
        self.run_it("--rollback")
        self.run_it("--dump", self.tree.dump("dump2", day=2), "--force")
        self.assertNotEqual(self.tree.served()[0], second)
        self.assertIn("nothing to do: the current", self.run_it("--dump", self.tree.dump("dump2", day=2)))

    def test_rollback_over_more_than_one(self):
        stamps = []
        for day in (1, 2, 3):
            self.run_it("--dump", self.tree.dump("dump", day=day), "--keep", "3")
            stamps.append(self.tree.served()[0])
        for stamp in stamps[1::-1]:
            self.run_it("--rollback")
            self.assertEqual(self.tree.served()[0], stamp)
        self.run_it("--use", stamps[2])
        self.assertEqual(self.tree.served()[0], stamps[2])

    def test_back_to_what_was_put_there_by_hand(self):
        (self.tree.state / "mine").mkdir(parents=True)
        (self.tree.state / "mine" / "crates.cdx").write_text("1\nsome day\n", encoding="utf-8")
        self.tree.current.symlink_to("mine")
        self.build(1)
        self.run_it("--rollback")
        self.assertEqual(os.readlink(self.tree.current), "mine")

    def test_list(self):
        self.assertIn("no index in", self.run_it("--list"))
        self.assertFalse(self.tree.state.exists())
        first, second = self.build(1, crates=990), self.build(2)
        lines = self.run_it("--list").splitlines()
        self.assertRegex(lines[1], rf"^{first} +2026-11-01T02:00:00Z +990 +25 bytes +--rollback goes here$")
        self.assertRegex(lines[2], rf"^{second} +2026-11-02T02:00:00Z +1000 +26 bytes +current$")
        self.run_it("--rollback")
        lines = self.run_it("--list").splitlines()
        self.assertRegex(lines[1], "current$")
        self.assertRegex(lines[2], "rolled back$")

    # ---- Interrupted ----

    def test_killed_at_any_moment(self):
        """Before each step that changes a file: an index is current all the time, and the next run finishes, without
        anything left over."""
        self.build(1)
        old = (self.tree.folder / "dump1").read_bytes()
        dump = self.tree.dump("dump2", day=2)
        saved = self.tree.folder / "saved"
        shutil.copytree(self.tree.state, saved, symlinks=True)
        count = self.tree.folder / "count"
        step = 'n=$(($(cat "$TREE/count") - 1)); echo "$n" >"$TREE/count"; [ "$n" -ne 0 ] || kill -9 '
        for name in ("mv", "ln", "rm", "mkdir"):
            self.tree.fake(name, f'{step} $PPID\nexec /usr/bin/{name} "$@"')
        for command in ("build", "verify"):
            self.tree.during(command, f'{step} "$(cut -d " " -f 4 "/proc/$PPID/stat")"')
        n_killed = 0
        for n in range(1, 50):
            count.write_text(str(n), encoding="utf-8")
            status, *_ = self.tree.run(*self.tree.command("--dump", dump, "--keep", "1"))
            self.assertIn(self.tree.served()[1], (old, dump.read_bytes()))
            if status == 0:
                break
            n_killed += status == -signal.SIGKILL  # else a part of it was, and it said so
            count.write_text("0", encoding="utf-8")
            self.run_it("--dump", dump, "--keep", "1")
            self.assertEqual(self.tree.served()[1], dump.read_bytes())
            self.assertEqual(self.tree.stamps(), [self.tree.served()[0]], n)
            self.assertEqual(sorted(path.name for path in self.tree.state.iterdir()), ["current", "dumps", "indexes"])
            shutil.rmtree(self.tree.state)
            shutil.copytree(saved, self.tree.state, symlinks=True)
        self.assertGreater(n_killed, 10)

    def test_a_signal_ends_what_runs_and_leaves_nothing(self):
        self.build(1)
        before = self.state()
        pipe = self.tree.folder / "pipe"
        os.mkfifo(pipe)
        self.change_program("build)\n", f'build)\nexec sleep 60 >"{pipe}"\n')
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL):
            with self.subTest(number):
                with self.tree.start(*self.tree.command("--dump", self.tree.dump("dump2", day=2))) as process:
                    with open(pipe, encoding="utf-8"):  # until it is there
                        process.send_signal(number)
                        _, errors = process.communicate(timeout=60)
                if number == signal.SIGKILL:
                    break  # what was built has ended with it, and is removed by the next run
                self.assertEqual(process.returncode, 128 + number)
                self.assertIn("still", errors)
                self.assertEqual(self.state(), before)

    def test_an_index_that_was_built_and_not_made_current_is_not_built_again(self):
        self.build(1)
        self.tree.fake("ln", 'case $* in *current.new) kill -9 $PPID ;; *) exec /usr/bin/ln "$@" ;; esac')
        dump = self.tree.dump("dump2", day=2)
        self.assertEqual(self.tree.run(*self.tree.command("--dump", dump))[0], -signal.SIGKILL)
        (self.tree.programs / "ln").unlink()
        n_builds = len((self.tree.folder / "builds").read_text(encoding="utf-8").splitlines())
        self.assertIn("there already", self.run_it("--dump", dump))
        self.assertEqual(self.tree.served()[1], dump.read_bytes())
        self.assertEqual(len((self.tree.folder / "builds").read_text(encoding="utf-8").splitlines()), n_builds)

    def test_one_at_a_time_but_the_way_back_is_free(self):
        first, second = self.build(1), self.build(2)
        folder = os.open(self.tree.indexes, os.O_RDONLY)
        self.addCleanup(os.close, folder)
        fcntl.flock(folder, fcntl.LOCK_EX)
        self.assertIn("another run", self.run_it("--dump", self.tree.dump("dump3", day=3), status=4))
        self.assertEqual(self.tree.served()[0], second)
        self.run_it("--rollback")
        self.assertEqual(self.tree.served()[0], first)

    # ---- What a server says ----

    def with_server(self, *answers):
        """Builds with --admin of a server that gives these answers, (status, dump of the day), and no others."""
        left = list(answers)
        asked = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append((self.command, self.path, self.headers["X-Cratedex-Reload"]))
                status, day = left.pop(0)
                text = f'{{"status":"ok","crates":1000,"dump":"2026-11-{day:02}T02:00:00Z"}}' if day else \
                    '{"errors":[{"detail":"no good"}]}'
                self.send_response(status)
                self.end_headers()
                self.wfile.write(text.encode())

            do_POST = do_GET

            def log_message(self, *_):
                pass

        with HTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
            found = self.tree.run(*self.tree.command("--dump", self.tree.dump("dump2", day=2), "--admin",
                                                     f"127.0.0.1:{server.server_address[1]}", "--wait", "9"))
            server.shutdown()
        self.assertEqual(left, [])
        return *found, asked

    def test_what_a_server_says_of_the_new_index(self):
        first = self.build(1)
        reload, look = ("POST", "/-/reload", "1"), ("GET", "/readyz", None)
        for text, answers in (("refuses it: no good", [(409, None), (200, 1)]),
                              ("serves another one", [(200, 1), (200, 1)])):
            status, _, errors, asked = self.with_server(*answers)
            self.assertEqual((status, self.tree.served()[0], asked), (1, first, [reload, reload]), errors)
            self.assertIn(text, errors)
        self.tree.fake("sleep", "")
        status, printed, errors, asked = self.with_server((503, None), (200, 1), (503, None), (200, 2))
        self.assertEqual((status, asked), (0, [reload, look, look, look]), errors)
        self.assertIn("serves it", printed)
        self.assertNotEqual(self.tree.served()[0], first)

    # ---- Who runs it, and how ----

    @unittest.skipUnless(os.geteuid() == 0, "only root can become another")
    def test_root_becomes_the_owner_of_the_state(self):
        self.tree.state.mkdir()
        os.chown(self.tree.state, 65534, 65534)
        self.tree.during("build", 'rm "$TREE/during-build" 2>/dev/null; id -u')
        (self.tree.folder / "builds").touch()
        (self.tree.folder / "builds").chmod(0o666)
        self.run_it("--dump", self.tree.dump("dump"))
        for path in (self.tree.current, *self.tree.state.rglob("*")):
            self.assertEqual((path.lstat().st_uid, path.lstat().st_gid), (65534, 65534), path)

    def configured(self, text, *more):
        path = self.tree.folder / "nightly.conf"
        path.write_text(text, encoding="utf-8")
        return self.tree.run(self.tree.script, "--config", path, *more, cwd=self.tree.folder)

    def test_a_configuration(self):
        dump = self.tree.dump("dump")
        status, printed, errors = self.configured(f"STATE='{self.tree.state}'\nDUMP={dump} # this one\nKEEP=1\n")
        self.assertEqual((status, errors), (0, ""), printed)
        status, printed, errors = self.configured(f"STATE='{self.tree.state}'\nDUMP=/nothing\n", "--dump", dump)
        self.assertEqual(status, 0, errors)
        for text, expected in (("STATE=/tmp\nKEEEP=3\n", "line 2: there is no variable KEEEP"),
                               ("STATE='/tmp\n", "no sh"), ("KEEP=many\n", "--keep"),
                               ("ALLOW_HTTP=maybe\n", "yes or no"),
                               ("MIN_CRATES=101\n", "from 0 to 100"), ("ADMIN=http://localhost\n", "ADDR:PORT")):
            status, printed, errors = self.configured(text)
            self.assertEqual((status, printed), (2, ""), text)
            self.assertIn(expected, errors)

    def test_the_sample_has_every_variable_once_and_its_defaults(self):
        text = SAMPLE.read_text(encoding="utf-8")
        values = re.findall(r"^#([A-Z_]+)=(.*)$", text, re.MULTILINE)
        options = self.tree.script.parent / "operate" / "nightly_options.sh"
        code = options.read_text(encoding="utf-8")
        code = code.split("set_defaults() {")[1].split("}")[0]
        defaults = dict(re.findall(r"^    ([A-Z_]+)=(.*)$", code, re.MULTILINE))
        self.assertEqual(sorted(name for name, _ in values), sorted(defaults))
        self.assertEqual({name: value for name, value in values if defaults[name]},
                         {name: value for name, value in defaults.items() if value})
        self.assertEqual(self.configured(text, "--state", self.tree.state, "--list")[0], 0)
        self.assertEqual(self.configured(re.sub(r"^#(?=[A-Z_]+=)", "", text, flags=re.MULTILINE), "--state",
                                         self.tree.state, "--list")[0], 0)

    def test_command_line(self):
        for option in ("--help", "-h", "--version", "-V"):
            self.assertIn("cratedex-nightly", self.run_it(option))
        for arguments in (("--nope",), ("--keep", "0"), ("--keep",), ("--list", "--rollback"), ("--use",), ("dump",),
                          ("--config", "/no/such/file"), ("--min-crates", "-1"), ("--wait", "long"), ("--state", ""),
                          ("--force=1",), ("--pid-file",)):
            errors = self.run_it(*arguments, status=2)
            self.assertEqual(errors.count("\n"), 1, errors)
        (self.tree.folder / "build" / "cratedex-index").unlink()
        self.assertIn("there is no cratedex-index", self.run_it("--dump", Path("/dev/null"), status=1))


if __name__ == "__main__":
    unittest.main()
