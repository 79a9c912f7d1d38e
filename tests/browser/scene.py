"""What all tests here share: one server on the sample, one Chromium, the list of pages, and what was crawled once.

`scene` is filled by check.py before the tests run."""

import functools
import unittest
from types import SimpleNamespace

import chromium
from crawl import Crawl

# url: of the server. browser: the Chromium, or None. axe: the text of axe-core, or None. why: why one of them is missing.
scene = SimpleNamespace(url=None, browser=None, axe=None, why_no_browser=None, why_no_axe=None)

# One page of each kind. A new page belongs here: test_pages.py says which endpoint has none.
PAGES = {
    "home": "/",
    "results": "/search?q=serde",
    "results of a typo": "/search?q=sered",
    "no result": "/search?q=zzzzqqqqxx",
    "keywords": "/keywords",
    "keyword": "/keywords/http",
    "categories": "/categories",
    "category": "/categories/development-tools",
    "user": "/users/sample-user-33",
    "team": "/teams/github:sample-org-28:core",
    "crate": "/crates/tokio",
    "crate, yanked": "/crates/libbindgen",
    "crate, a yanked version": "/crates/hashbrown/0.15.0",
    "crate, its versions": "/crates/tokio/versions",
    "crate, its dependencies": "/crates/tokio/1.48.0/dependencies",
    "crate, its features": "/crates/tokio/1.48.0/features",
    "crate, its dependents": "/crates/serde/reverse_dependencies?page=2",
    "encodings": "/encodings",
    "status": "/status",
    "docs": "/docs",
    "docs, a form that is not filled": "/docs/try/find_crate",
    "no such page": "/no/such/page",
    "no such crate": "/crates/tokioo",
    "no such version": "/crates/tokio/99.0.0",
}
# Those of which the contrast in the dark is known from others: they have nothing in colours that these lack.
COLOURED_ALIKE = {
    "results of a typo",
    "no result",
    "keyword",
    "user",
    "team",
    "crate, a yanked version",
    "crate, its versions",
    "crate, its dependencies",
    "crate, its features",
    "crate, its dependents",
    "docs, a form that is not filled",
    "no such crate",
    "no such version",
}
# Of those that are not 200.
STATUSES = {
    "docs, a form that is not filled": 400,
    "no such page": 404,
    "no such crate": 404,
    "no such version": 404,
}
MAX_TOLD, MAX_LENGTH = 20, 400


@functools.cache
def crawled():
    return Crawl(scene.url)


class FaultsTest(unittest.TestCase):
    def assert_none(self, faults, told=None):
        """That a list of faults, each in words, is empty."""
        if faults:
            self.fail("\n".join([told or f"{len(faults)}:", *(str(fault)[:MAX_LENGTH] for fault in faults[:MAX_TOLD])]))


class BrowserTest(FaultsTest):
    """A test in the browser. Behind each the page must not have broken a rule; what a test provokes on purpose it takes
    from `expected`, words that a complaint of the console may have, and `hosts`, other addresses that it may ask."""

    expected, hosts = (), ()

    def setUp(self):
        if scene.browser is None:
            self.skipTest(scene.why_no_browser)
        self.browser = scene.browser
        self.browser.size(1440)
        self.browser.media(prefers_color_scheme="light")
        self.addCleanup(self.check_rules)

    def check_rules(self):
        faults = self.browser.faults(self.expected, self.hosts)
        self.assert_none(faults, f"rules that were broken, last at {self.browser.driver.current_url}:")

    def open(self, path):
        self.browser.open(path)


def missing_browser():
    """Why there is no browser here, or None."""
    package = chromium.missing()
    return package and f"{package} is not installed; scripts/install-deps --test brings it"
