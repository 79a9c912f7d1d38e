"""A proxy in front of a server that answers well, late or not at all, as a test has it.

`mode` holds for requests whose path begins with `prefix`: "pass"; "hold", where they wait until `release` is called; "fail",
where they get 503; "cut", where the connection ends without an answer. Everything else passes."""

import contextlib
import http.client
import http.server
import threading
from urllib.parse import urlsplit

HOP_BY_HOP = {"connection", "transfer-encoding", "keep-alive", "content-length"}
HELD_SECONDS = 30


class Proxy(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, url, prefix):
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream, self.prefix = urlsplit(url).netloc, prefix
        self.mode, self.released = "pass", threading.Event()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def hold(self):
        self.released.clear()
        self.mode = "hold"

    def release(self):
        self.mode = "pass"
        self.released.set()

    def handle_error(self, request, client_address):
        """A browser may leave while it is being answered."""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        mode = self.server.mode if self.path.startswith(self.server.prefix) else "pass"
        if mode == "cut":
            self.close_connection = True
            return
        if mode == "fail":
            self.answer(503, [("Content-Type", "application/json")], b'{"errors":[{"detail":"out of order"}]}')
            return
        if mode == "hold":
            self.server.released.wait(HELD_SECONDS)
        connection = http.client.HTTPConnection(self.server.upstream, timeout=20)
        with contextlib.closing(connection):
            fields = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
            connection.request("GET", self.path, headers=fields)
            answer = connection.getresponse()
            kept = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP]
            self.answer(answer.status, kept, answer.read())

    def answer(self, status, fields, body):
        self.send_response_only(status)
        for name, value in fields:
            self.send_header(name, value)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Nothing on standard error."""


@contextlib.contextmanager
def troubled(url, prefix):
    """A proxy of the server at `url`, for the time of a block."""
    with Proxy(url, prefix) as proxy:
        serving = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        try:
            yield proxy
        finally:
            proxy.release()
            proxy.shutdown()
            serving.join()
