"""A cratedex-server for the time of a block, for the checks that are written in Python."""

import contextlib
import re
import signal
import subprocess
import sys
import threading


@contextlib.contextmanager
def running_server(program, index, *arguments, output=None, environment=None, errors=None, urls=None):
    """The URL of a server that listens on a free port; it is ended behind the block by SIGTERM and must
    exit with status 0. What it prints behind its first line, or with `--access-log` all its standard output, is
    appended to the list `output`, line by line; it is complete behind the block. `environment` and `errors`, an
    open file for its standard error, are this process's own unless given. The list `urls` gets all that the first
    line names: with `--admin-listen` a second one."""
    command = [program, "--index", index, "--listen", "127.0.0.1:0", *arguments]
    lines = [] if output is None else output
    is_logged = "--access-log" in arguments
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE if is_logged else errors, env=environment, text=True
    ) as server:
        reading = threading.Thread(target=lambda: lines.extend(server.stdout))
        forwarding = threading.Thread(target=lambda: (errors or sys.stderr).writelines(server.stderr))
        try:
            line = (server.stderr if is_logged else server.stdout).readline()
            found = re.findall(r"http://\S+", line)
            if not found:
                sys.exit(f"the server did not start: {line.strip()}")
            reading.start()
            if is_logged:
                forwarding.start()
            if urls is not None:
                urls += found
            yield found[0]
        finally:
            server.send_signal(signal.SIGTERM)
            for thread in (reading, forwarding):
                if thread.ident is not None:
                    thread.join()
    if server.returncode != 0:
        sys.exit(f"the server ended with status {server.returncode}")
