"""The pages as text, without a browser: links, titles, headings, ids, weight, tidy, and what w3m makes of them."""

import gzip
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from crawl import MAX_READ, Client, shape_of
from document import Document
from scene import PAGES, STATUSES, FaultsTest, crawled, scene

REPOSITORY = Path(__file__).resolve().parents[2]
MAX_FIRST_VIEW = 40 * 1000
MAX_TITLE = 120
# What programs ask for, the parts of pages, and what leads to another.
NO_PAGES = {
    "/assets/{name}",
    "/robots.txt",
    "/favicon.ico",
    "/opensearch.xml",
    "/crates",
    "/crates/{name}/dependencies",
}
# The path of an endpoint, in full or by the macro of pages.
DECLARED = re.compile(r'(?:^\s*\.path = |PAGE_ENDPOINT\(\s*)"([^"]+)"', re.M)
# What Debian's tidy of 2017 says of HTML that the standard has today, each with the reason.
TIDY_EXCEPTIONS = (
    ('proprietary attribute "autocapitalize"', "a global attribute of HTML since 2018"),
    ('proprietary attribute "aria-current"', "of WAI-ARIA 1.1, which this tidy does not know"),
    ('proprietary attribute "inputmode"', "a global attribute of HTML since 2018"),
    ('<svg> proprietary attribute "fill"', "of SVG 2, where presentation attributes belong to every element"),
)
# And one that it takes for many: <div> may stand about a term and its descriptions since HTML 5.2.
LIST_OF_TERMS = re.compile(r"<dl\b[^>]*>.*?</dl>", re.S)


class Linked(FaultsTest):
    def test_every_link_leads_somewhere(self):
        crawl = crawled()
        self.assert_none(crawl.faults)
        self.assertGreater(len(crawl.pages), 3)

    def test_there_is_something_of_each_endpoint(self):
        """A page that is declared and not listed in scene.py would be tested by nobody."""
        declared = {
            path
            for source in (REPOSITORY / "server" / "pages").rglob("*.c")
            for path in DECLARED.findall(source.read_text(encoding="utf-8"))
        }
        self.assertLessEqual(NO_PAGES, declared)
        seen = [urlsplit(path).path for path in PAGES.values()]
        unseen = [
            path for path in declared - NO_PAGES if not any(pattern_of(path).fullmatch(one) for one in seen)
        ]
        self.assert_none(unseen)

    def test_other_hosts_are_linked_to_and_never_loaded_from(self):
        for target, element, page in crawled().foreign:
            self.assertEqual((element, urlsplit(target).scheme in ("http", "https")), ("a", True), (target, page))


def pattern_of(path):
    """Of an endpoint's path, in which {x} is one piece; one that ends with / takes what follows."""
    rest = "/[^/]+" if path.endswith("/") and path != "/" else "/" if path == "/" else ""
    return re.compile(re.sub(r"\{[^}]*\}", "[^/]+", path.rstrip("/")) + rest)


class Marked(FaultsTest):
    def faults(self, check):
        return [f"{url}: {fault}" for url, page in crawled().pages.items() for fault in check(page)]

    def test_one_heading_and_a_title(self):
        def check(page):
            if len(page.headings) != 1 or not page.headings[0].strip():
                yield f"h1: {page.headings}"
            if not page.title.strip() or len(page.title) > MAX_TITLE:
                yield f"title: {page.title!r}"
            if page.language != "en":
                yield f"lang: {page.language}"

        self.assert_none(self.faults(check))

    def test_pages_of_different_paths_have_different_titles(self):
        paths = {}
        for url, page in crawled().pages.items():
            paths.setdefault(" ".join(page.title.split()), set()).add(urlsplit(url).path)
        self.assert_none([f"{title}: {sorted(found)}" for title, found in paths.items() if len(found) > 1])

    def test_ids_are_unique_and_what_is_named_exists(self):
        def check(page):
            yield from {f"twice: {id_}" for id_ in page.ids if page.ids.count(id_) > 1}
            yield from (f"{name}={id_}" for name, id_ in page.references if id_ not in page.ids)

        self.assert_none(self.faults(check))

    def test_no_style_and_no_script_stands_in_a_page(self):
        self.assert_none(self.faults(lambda page: page.handlers + page.styles))

    def test_tidy_has_nothing_to_say(self):
        if not shutil.which("tidy"):
            self.skipTest("tidy is not installed; scripts/install-deps --test brings it")
        with tempfile.TemporaryDirectory() as folder:
            names = {}
            for url, text in one_of_each_shape(crawled().texts).items():
                path = Path(folder, f"{len(names)}.html")
                path.write_text(LIST_OF_TERMS.sub(without_groups, text), encoding="utf-8")
                names[str(path)] = url
            said = subprocess.run(
                ["tidy", "-errors", "-quiet", "-utf8", "--gnu-emacs", "yes", "--drop-empty-elements", "no", *names], capture_output=True, text=True
            ).stderr.splitlines()
        faults = []
        for line in said:
            path, _, message = line.partition(":")
            if path not in names or not any(re.search(known, message) for known, _ in TIDY_EXCEPTIONS):
                faults.append(f"{names.get(path, path)}:{message}")
        self.assert_none(faults)


def without_groups(found):
    return re.sub(r"</?div\b[^>]*>", "", found[0]) if re.match(r"<dl\b[^>]*>\s*<div", found[0]) else found[0]


def one_of_each_shape(texts):
    """Two pages at most, for one may lack what another has."""
    chosen, counts = {}, {}
    for url, text in texts.items():
        shape = shape_of(url)
        counts[shape] = counts.get(shape, 0) + 1
        if counts[shape] <= min(2, MAX_READ):
            chosen[url] = text
    return chosen


class Light(unittest.TestCase):
    def test_the_first_view(self):
        """The page and what it is drawn with and run by, as gzip sends it, which is the largest of our codings."""
        client = Client(scene.url)
        self.addCleanup(client.close)
        weights, resources = {}, {}
        for name, path in PAGES.items():
            url = scene.url + path
            answer = client.ask(url, Accept_Encoding="gzip")
            page = Document(body(answer).decode("utf-8"))
            weights[name] = len(answer.body)
            wanted = [urljoin(url, link) for link in dict.fromkeys(page.resources)]
            while wanted:
                resource = wanted.pop()
                if resource not in resources:
                    resources[resource] = client.ask(resource, Accept_Encoding="gzip")
                weights[name] += len(resources[resource].body)
            self.assertEqual([r.status for r in resources.values()], [200] * len(resources), name)
        self.assertEqual({name: n for name, n in weights.items() if n > MAX_FIRST_VIEW}, {})

    def test_no_cookie_is_set_and_assets_are_kept(self):
        client = Client(scene.url)
        self.addCleanup(client.close)
        for name, path in PAGES.items():
            answer = client.ask(scene.url + path)
            self.assertEqual(answer.status, STATUSES.get(name, 200), name)
            self.assertIsNone(answer.headers.get("Set-Cookie"), name)
            policy = answer.headers.get("Content-Security-Policy") or ""
            self.assertIn("default-src", policy, name)
            self.assertNotIn("unsafe", policy, name)
        for resource in Document(body(client.ask(scene.url + "/")).decode("utf-8")).resources:
            self.assertIn("immutable", client.ask(urljoin(scene.url, resource)).headers["Cache-Control"], resource)


def body(answer):
    return gzip.decompress(answer.body) if answer.headers.get("Content-Encoding") == "gzip" else answer.body


class AsText(unittest.TestCase):
    """w3m has neither styles nor scripts: what a page says, it says in its text."""

    def setUp(self):
        if not shutil.which("w3m"):
            self.skipTest("w3m is not installed; scripts/install-deps --test brings it")

    def dump(self, path):
        command = ["w3m", "-dump", "-cols", "100", "-no-cookie", scene.url + path]
        with tempfile.TemporaryDirectory() as home:
            return subprocess.run(
                command, capture_output=True, text=True, check=True, timeout=30, env={"HOME": home, "LC_ALL": "C.UTF-8"}
            ).stdout

    def test_home(self):
        text = self.dump("/")
        self.assertRegex(text, r"(?m)^Find a crate$")
        self.assertRegex(text, r"(?m)^crates\s+329$")

    def test_results(self):
        text = self.dump("/search?q=serde")
        self.assertRegex(text, r"(?m)^\s*61 crates")
        self.assertRegex(text, r"(?m)^\s*1\. serde\b")
        self.assertRegex(text, r"[\d.]+[MBk]? downloads")
