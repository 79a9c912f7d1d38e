"""A server of one dump, which can be as hostile as any. It answers as `faults` say, one for each GET in their
order, and well when there are none left. What it was asked is in `requests`."""

import email.utils
import gzip
import io
import re
import tarfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TABLES = ("crates", "versions")


def dump(timestamp="2026-11-01T02:00:00.371738871Z", tables=TABLES, metadata=None, filler=b""):
    """A .tar.gz that has what the fetching script looks for."""
    members = {"metadata.json": metadata or f'{{"timestamp": "{timestamp}", "crates_io_commit": "unknown"}}'.encode(),
               "data/filler.bin": filler}
    members |= {f"data/{table}.csv": b"id,name\n" for table in tables}
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(f"2026-11-01-020000/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(plain.getvalue(), 0, mtime=0)  # as long for any filler


class Fault:
    """How an answer differs from a good one. `cut`: bytes after which the connection ends. `until`: an event that
    is waited for there."""

    def __init__(self, status=None, headers=(), body=None, cut=None, until=None, no_ranges=False, no_if_range=False,
                 no_length=False, no_conditions=False, etag=True):
        self.status, self.headers, self.body, self.cut, self.until = status, dict(headers), body, cut, until
        self.no_ranges, self.no_if_range, self.no_length = no_ranges, no_if_range, no_length
        self.no_conditions, self.etag = no_conditions, etag


class DumpServer:
    """Use it in a `with` block."""

    def __init__(self, context=None):
        self.body = dump()
        self.etag = '"one"'
        self.modified = time.time() - 86400
        self.faults = []
        self.every = Fault()  # where there is no other
        self.head = None  # a fault of every HEAD
        self.requests = []
        self.sent = threading.Event()  # when a fault with `until` waits
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"owner": self}))
        if context is not None:
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # curl went away, as it should
        scheme = "http" if context is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}/db-dump.tar.gz"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def gets(self):
        """The headers of all GETs."""
        return [headers for method, headers in self.requests if method == "GET"]

    def last_modified(self):
        return None if self.modified is None else email.utils.formatdate(self.modified, usegmt=True)


class _Handler(BaseHTTPRequestHandler):
    owner: DumpServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.owner.requests.append(("HEAD", self.headers))
        self._answer(self.owner.head or self.owner.every)

    def do_GET(self):
        self.owner.requests.append(("GET", self.headers))
        self._answer(self.owner.faults.pop(0) if self.owner.faults else self.owner.every)

    def _is_unchanged(self):
        owner = self.owner
        if self.headers["If-None-Match"]:
            return self.headers["If-None-Match"] == owner.etag
        return bool(self.headers["If-Modified-Since"]) and self.headers["If-Modified-Since"] == owner.last_modified()

    def _range_start(self, fault):
        """Where the part begins that is to be sent; None for the whole."""
        match = re.fullmatch(r"bytes=(\d+)-", self.headers["Range"] or "")
        validator = self.headers["If-Range"]
        is_same = validator in (None, self.owner.etag, self.owner.last_modified())
        return int(match[1]) if match and not fault.no_ranges and (is_same or fault.no_if_range) else None

    def _answer(self, fault):
        owner = self.owner
        body = owner.body if fault.body is None else fault.body
        status, headers = fault.status or 200, {}
        if fault.etag and owner.etag:
            headers["ETag"] = owner.etag
        if owner.modified is not None:
            headers["Last-Modified"] = owner.last_modified()
        if fault.status is None and not fault.no_conditions and self._is_unchanged():
            status, body = 304, b""
        elif fault.status is None and (start := self._range_start(fault)) is not None:
            status = 206 if start < len(body) else 416
            headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}" if status == 206 else \
                f"bytes */{len(body)}"
            body = body[start:]
        if fault.no_length or fault.cut is not None:
            self.close_connection = True
        if not fault.no_length and status != 304:
            headers["Content-Length"] = str(len(body))
        self.send_response(status)
        for name, value in (headers | fault.headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(body[:fault.cut])
        self.wfile.flush()
        if fault.until is not None:
            owner.sent.set()
            fault.until.wait(60)
