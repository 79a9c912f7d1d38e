"""That what looks for faults finds them: a page that has them all, and a crawl of it."""

import contextlib
import http.server
import threading

from crawl import Crawl, shape_of
from document import Document
from scene import BrowserTest, FaultsTest
from test_each_page import LAYOUT, SMALLEST_TARGET

BAD = b"""<!doctype html><html lang="en"><head><title>Bad</title><style>
.wide { width: 3000px } .a { height: 20px } .tile { width: 20px; white-space: nowrap } .over { margin-top: -20px } .small { font-size: 6px } .late { height: 0 }
</style></head><body onload="x"><h1 id="one">Bad</h1><h1 id="one">Twice</h1>
<div class="wide">wide</div><div class="tile">far too long</div><div class="a">one text</div><div class="over">another text</div>
<nav class="small"><a href="/gone">a</a> <a href="#nowhere">b</a></nav>
<img src="http://elsewhere.example/x.png" alt=""><div class="late"></div><p>What is below moves.</p>
<script>
requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
    document.querySelector(".late").style.height = "300px";
}, 50)));
throw new Error("broken");
</script></body></html>"""
POLICY = "default-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src *; script-src-attr 'none'"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        is_there = self.path == "/"
        self.send_response_only(200 if is_there else 404)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(BAD) if is_there else 0))
        if is_there:
            self.send_header("Content-Security-Policy", POLICY)
            self.send_header("Set-Cookie", "spoon=1")
        self.end_headers()
        self.wfile.write(BAD if is_there else b"")

    do_HEAD = do_GET

    def log_message(self, *_):
        """Nothing on standard error."""


@contextlib.contextmanager
def bad_site():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            serving.join()


class Instruments(BrowserTest):
    def test_the_browser_tells_every_fault(self):
        # Behind it nothing may be left of that page.
        self.addCleanup(self.browser.command, "Network.clearBrowserCookies")
        self.addCleanup(self.browser.driver.get, "about:blank")
        with bad_site() as url:
            self.browser.open(url + "/")
            self.browser.wait("cratedexProbe.shifts.length > 0", "a shift is noted")
            faults = "\n".join(self.browser.script(LAYOUT, SMALLEST_TARGET))
            probe = self.browser.value("cratedexProbe")
            cookies = self.browser.cookies()
        self.assertRegex(faults, r'is \d+ px wide: .*div\.wide "wide"')
        self.assertIn('div.a "one text" lies over div.over "another text"', faults)
        self.assertRegex(faults, r'div\.tile "far too long" sticks out of its block by \d+')
        self.assertRegex(faults, r'a "a" is \d+ by \d+ px, close to a "b"')
        self.assertTrue(any("broken" in error for error in probe["errors"]))
        self.assertTrue(any(violation.startswith("script-src-attr") for violation in probe["violations"]))
        self.assertEqual([cookie["name"] for cookie in cookies], ["spoon"])
        self.assertIn("http://elsewhere.example/x.png", self.browser.foreign_requests())
        self.assertTrue(any("elsewhere.example" in complaint for complaint in self.browser.complaints()))


class Reading(FaultsTest):
    def test_a_crawl_tells_what_leads_nowhere(self):
        with bad_site() as url:
            crawl = Crawl(url)
        self.assertEqual(
            sorted(crawl.faults),
            [f"{url}/ has no #nowhere; {url}/ links there", f"{url}/gone answers 404; {url}/ links there"],
        )
        self.assertEqual({target for target, _, _ in crawl.foreign}, {"http://elsewhere.example/x.png"})

    def test_a_document_tells_its_faults(self):
        page = Document(BAD.decode("ascii"))
        self.assertEqual((page.title, page.headings, page.ids), ("Bad", ["Bad", "Twice"], ["one", "one"]))
        self.assertEqual((page.handlers, page.styles), (["<body onload>"], ["<style>", "<script>"]))

    def test_shapes(self):
        host = "http://a"
        self.assertEqual(shape_of(f"{host}/crates/serde"), "/crates/*")
        self.assertEqual(shape_of(f"{host}/crates/serde/1.0.0"), "/crates/*/*")
        self.assertEqual(shape_of(f"{host}/crates/serde/versions?page=2"), "/crates/*/versions?page")
        self.assertEqual(shape_of(f"{host}/search?sort=new&q="), "/search?q&sort")
