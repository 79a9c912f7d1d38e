"""Every page of a server that a visitor can reach from `/`, as far as there is something new to see.

Pages of one shape, such as /crates/NAME or /search?q&sort, differ by their data alone, and there may be thousands; filters of
a search make new shapes without end. So of each shape some are read and followed, and of each path, and some more asked for
without being read. Which ones they are depends on the order of the links alone, the nearest first."""

import collections
import http.client
import re
from urllib.parse import parse_qsl, quote, urljoin, urlsplit

from document import Document

# Of a shape, and of all shapes of a path.
MAX_READ, MAX_READ_OF_PATH = 6, 24
MAX_ASKED, MAX_ASKED_OF_PATH = 24, 60
HTML = "text/html"


def shape_of(url):
    """The path with the names in it replaced, and the names of the parameters: /crates/*/* and /search?q&sort."""
    parts = urlsplit(url)
    pieces = parts.path.split("/")
    kept = pieces[:2] + ["*" if i == 0 or re.search(r"\d", piece) else piece for i, piece in enumerate(pieces[2:])]
    if parts.path.startswith(("/assets/", "/api/")):
        kept = pieces[:3]
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return "/".join(kept) + ("?" + "&".join(names) if names else "")


Answer = collections.namedtuple("Answer", "status type body location headers")


class Client:
    """One connection that is kept."""

    def __init__(self, url):
        self.host = urlsplit(url).netloc
        self.connection = http.client.HTTPConnection(self.host, timeout=20)

    def ask(self, url, method="GET", **headers):
        parts = urlsplit(url)
        target = quote(parts.path, safe="/%:@!$&'()*+,;=~-._") + ("?" + parts.query if parts.query else "")
        fields = {"Accept": "text/html,*/*;q=0.8", **{name.replace("_", "-"): value for name, value in headers.items()}}
        self.connection.request(method, target, headers=fields)
        answer = self.connection.getresponse()
        body = answer.read()
        type_ = (answer.getheader("Content-Type") or "").partition(";")[0]
        return Answer(answer.status, type_, body, answer.getheader("Location"), answer.headers)

    def close(self):
        self.connection.close()


class Crawl:
    """`pages`: URL -> Document of what was read, in order of discovery; `texts`: URL -> body; `faults`: in words."""

    def __init__(self, url):
        self.root, self.client = url, Client(url)
        self.pages, self.texts, self.faults, self.foreign = {}, {}, [], set()
        self.n_read, self.n_asked = collections.Counter(), collections.Counter()
        self.statuses, self.fragments, self.actions = {}, [], set()
        queue = collections.deque([(urljoin(url, "/"), None)])
        while queue:
            queue.extend(self.visit(*queue.popleft()))
        self.check_fragments()
        self.client.close()

    def visit(self, url, origin):
        """Reads a page; the links that are to be visited, each with the page that it stands in."""
        if url in self.statuses:
            return []
        shape = shape_of(url)
        path = shape.partition("?")[0]
        if self.n_read[shape] >= MAX_READ or self.n_read[path, "all"] >= MAX_READ_OF_PATH:
            if self.n_asked[shape] < MAX_ASKED and self.n_asked[path, "all"] < MAX_ASKED_OF_PATH:
                self.n_asked[shape] += 1
                self.n_asked[path, "all"] += 1
                self.note(url, origin, self.client.ask(url, "HEAD"))
            return []
        self.n_read[shape] += 1
        self.n_read[path, "all"] += 1
        answer = self.client.ask(url)
        self.note(url, origin, answer)
        if answer.location and 300 <= answer.status < 400:
            return [(urljoin(url, answer.location), url)] if self.is_own(urljoin(url, answer.location)) else []
        if answer.status != 200 or answer.type != HTML:
            return []
        text = answer.body.decode("utf-8")
        page = self.pages[url] = Document(text)
        self.texts[url] = text
        found = []
        for target, fragment, element in page.targets(url):
            if not self.is_own(target):
                self.foreign.add((target, element, url))
                continue
            if element == "form":
                self.actions.add(target)
            if fragment:
                self.fragments.append((target, fragment, url))
            found.append((target, url))
        return found

    def is_own(self, url):
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and parts.netloc == self.client.host

    def note(self, url, origin, answer):
        self.statuses[url] = answer.status
        # A form's action without the form's fields may be refused, but is there.
        if not 200 <= answer.status < 400 and not (answer.status == 400 and url in self.actions):
            self.faults.append(f"{url} answers {answer.status}; {origin} links there")

    def check_fragments(self):
        for target, fragment, origin in self.fragments:
            page = self.pages.get(target)
            if page is not None and fragment not in page.ids:
                self.faults.append(f"{target} has no #{fragment}; {origin} links there")
