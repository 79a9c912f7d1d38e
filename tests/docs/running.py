"""Runs a page's blocks as a reader would who pastes them at the repository's root after scripts/run.

The root is a folder of links to the real one, but for build/, which is a new one with the programs and
data.cdx: what an example writes is gone afterwards. A server of the sample answers for 127.0.0.1:8888; another
address of this machine gets a free port of its own, wherever the page names it.

In what is shown, "…" stands for any text within a line, and a line of it alone for any lines.
"""

import os
import re
import signal
import socket
import subprocess
import urllib.request
from pathlib import Path

LIMIT_SECONDS = 120
ADDRESS = re.compile(r"\b127\.0\.0\.1:(\d{4,5})\b")
SERVER = re.compile(r"^\S*cratedex-server\b(?!.*--(?:help|version))")
PROMPT = "$ "
PROGRAMS = ("cratedex-index", "cratedex-server", "cratedex-bench")
END_OF_COMMAND = "---- end of command "


class Fault(Exception):
    """A block does not do what its page says."""


def matches(shown, given):
    """Whether the lines that a program gave are those that a page shows."""
    parts = []
    for line in shown.rstrip("\n").split("\n"):
        if line.strip() == "…":
            parts.append(r"(?:[^\n]*\n)*?")
        else:
            parts.append(".*".join(re.escape(part) for part in line.rstrip().split("…")) + r"[ \t]*\n")
    return re.fullmatch("".join(parts) if shown.strip() else "", given if given.endswith("\n") or not given
                        else f"{given}\n") is not None


def commands_of(text):
    """[(command, shown)] of a console block. A command goes on where its line ends with \\, | or &&."""
    commands = []
    continues = False
    for line in text.splitlines():
        if continues:
            commands[-1][0] += f"\n{line}"
        elif line.startswith(PROMPT):
            commands.append([line.removeprefix(PROMPT), ""])
        elif not commands:
            raise Fault("a console block begins with a command: $ …")
        else:
            commands[-1][1] += f"{line}\n"
            continue
        continues = re.search(r"(\\|\||&&)$", line) is not None
    return commands


class Workplace:
    """A root for the blocks of one page, below the empty folder `folder`."""

    def __init__(self, repository, programs, folder, sample_url):
        self.root = Path(folder) / "root"
        build = self.root / "build"
        build.mkdir(parents=True)
        for entry in Path(repository).iterdir():
            if entry.name not in ("build", ".git"):
                (self.root / entry.name).symlink_to(entry.resolve())
        for name in PROGRAMS:
            (build / name).symlink_to((Path(programs) / name).resolve())
        home = Path(folder) / "home"
        home.mkdir()
        # An error of the server's is one of the example, too.
        (home / ".curlrc").write_text(f"fail\nmax-time = {LIMIT_SECONDS}\n", encoding="ascii")
        kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        self.environment = kept | {"HOME": str(home), "PATH": f"/usr/bin:/bin:{os.environ['PATH']}",
                                   "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
        self.ports = {"8888": sample_url.rpartition(":")[2]}
        subprocess.run(["build/cratedex-index", "build", "data", "-o", "build/data.cdx", "--quiet"],
                       cwd=self.root, check=True)

    def free_port(self, port):
        if port not in self.ports:
            with socket.socket() as listener:
                listener.bind(("127.0.0.1", 0))
                self.ports[port] = str(listener.getsockname()[1])
        return f"127.0.0.1:{self.ports[port]}"

    def translated(self, text):
        """What the page says, with the addresses that are there."""
        return ADDRESS.sub(lambda address: self.free_port(address[1]), text)

    def as_shown(self, text):
        """What a program says, with the addresses of the page."""
        for shown, port in self.ports.items():
            text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{shown}")
        return text

    def write_file(self, block):
        (self.root / block.file).write_text(self.translated(block.text), encoding="utf-8")

    def bash(self, script):
        """(status, output) of a script, with all that it printed."""
        try:
            done = subprocess.run(["bash", "-o", "pipefail"], input=self.translated(script), cwd=self.root,
                                  env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  text=True, timeout=LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            raise Fault(f"it took more than {LIMIT_SECONDS} s") from None
        return done.returncode, self.as_shown(done.stdout)

    def run_sh(self, block):
        """Every command succeeds, and where the page shows what they print, they print it."""
        lines = block.text.rstrip("\n").split("\n")
        server = lines.pop() if SERVER.match(lines[-1]) else None
        if any(SERVER.match(line) and not line.rstrip().endswith("&") for line in lines):
            raise Fault("nothing runs behind a server in the foreground")
        # Read whole, as pasted: a command must not take the rest for its standard input.
        status, output = self.bash("set -e\n{\n" + "\n".join(lines) + "\n:\n} </dev/null\n")
        if status != 0:
            raise Fault(f"it ended with status {status}:\n{output}")
        if block.shown is not None and not matches(block.shown, output):
            raise Fault(f"the page shows\n{block.shown}but it prints\n{output}")
        if server is not None:
            self.serve(server)

    def serve(self, line):
        """The server comes up, answers and ends as it should."""
        line = self.translated(line)
        if "--listen" not in line and "--config" not in line:
            line = line.replace("cratedex-server", "cratedex-server --listen 127.0.0.1:0", 1)
        with subprocess.Popen(["bash", "-c", f"exec {line}"], cwd=self.root, env=self.environment,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as server:
            said = server.stdout.readline()
            url = re.search(r"http://\S+", said)
            if url is not None:
                with urllib.request.urlopen(f"{url[0]}/healthz", timeout=LIMIT_SECONDS) as answer:
                    answer.read()
            server.send_signal(signal.SIGTERM)
            said += server.stdout.read()
        if url is None or server.returncode != 0:
            raise Fault(f"the server ended with status {server.returncode}:\n{said}")

    def run_console(self, block):
        """Every command succeeds and prints what stands below it, and nothing else."""
        commands = commands_of(block.text)
        # A brace reads a command whole before it runs. Jobs in the background stay jobs of this shell.
        script = "".join(f"{{\n{command}\n}} </dev/null\necho \"{END_OF_COMMAND}$?\"\n" for command, _ in commands)
        _, output = self.bash(script)
        parts = re.split(rf"{END_OF_COMMAND}(\d+)\n", output)
        for i, (command, shown) in enumerate(commands):
            if 2 * i + 1 >= len(parts) or parts[2 * i + 1] != "0":
                raise Fault(f"`{command}` failed:\n{output}")
            if not matches(shown, parts[2 * i]):
                raise Fault(f"`{command}`: the page shows\n{shown}but it prints\n{parts[2 * i]}")

    def run(self, block):
        if block.language == "sh":
            self.run_sh(block)
        else:
            self.run_console(block)
