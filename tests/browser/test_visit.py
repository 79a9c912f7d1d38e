"""A visitor's way through the pages: a search, a filter, the next page, back; a crate and what is copied from it."""

from scene import BrowserTest
from test_each_page import LAYOUT, SMALLEST_TARGET

RESULTS = "#results h2 a"
FILTER = "#filters section[aria-labelledby^=facet] a:not([aria-current])"


class Visit(BrowserTest):
    def follow(self, selector, condition="true"):
        self.browser.follow(selector, condition)
        self.browser.settle()

    def back(self):
        self.browser.back()
        self.browser.settle()

    def place(self):
        return self.browser.value("[location.pathname + location.search, scrollY]")

    def test_a_search_a_filter_the_next_page_and_back(self):
        self.open("/")
        self.browser.keys("h", "t", "t", "p", "ENTER")
        self.browser.wait("location.pathname == '/search' && document.readyState == 'complete'")
        self.assertIn("http", self.browser.texts(RESULTS))
        everything = self.browser.texts("h1")[0]
        self.browser.size(1440, 600)
        self.follow(FILTER)
        filtered = self.browser.texts("h1")[0]
        self.assertNotEqual(filtered, everything)
        self.assertEqual(self.browser.value("document.querySelector('[name=q]').value"), "http")
        # Where a click on it will scroll to.
        self.browser.script("document.querySelector('a[rel=next]').scrollIntoView({block: 'center', behavior: 'instant'})")
        first_page, place = self.browser.texts(RESULTS), self.place()
        self.assertGreater(place[1], 0)
        self.follow("a[rel=next]")
        second_page = self.browser.texts(RESULTS)
        self.assertFalse(set(first_page) & set(second_page))
        self.assertIn("q=http", self.place()[0])
        self.follow(RESULTS, "location.pathname.startsWith('/crates/')")
        self.back()
        self.assertEqual(self.browser.texts(RESULTS), second_page)
        self.back()
        self.assertEqual(self.place(), place)
        self.assertEqual(self.browser.texts("h1")[0], filtered)
        self.assertEqual(self.browser.texts(RESULTS), first_page)
        self.back()
        self.assertEqual(self.browser.texts("h1")[0], everything)

    def test_filters_on_a_phone(self):
        """They are behind a button there, and open by the keyboard."""
        self.browser.size(360)
        self.open("/search?q=http")
        self.assertFalse(self.browser.is_shown(FILTER))
        self.browser.script("document.querySelector('#filters > summary').focus()")
        self.browser.keys("ENTER")
        self.browser.wait("document.getElementById('filters').open")
        self.assertTrue(self.browser.is_shown(FILTER))
        self.assert_none(self.browser.script(LAYOUT, SMALLEST_TARGET))
        shown = self.browser.texts("h1")
        self.follow(FILTER)
        self.assertNotEqual(self.browser.texts("h1"), shown)
        # What was chosen is named, and can be taken away.
        self.follow("#filters a[aria-current], .chips a")
        self.assertEqual(self.browser.texts("h1"), shown)

    def test_how_long_it_took(self):
        self.open("/search?q=futures")
        self.assertRegex(self.browser.texts("#took")[0], r"µs|cache")


class Crate(BrowserTest):
    def test_what_is_copied(self):
        self.browser.command("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        self.open("/crates/serde")
        shown = self.browser.texts("[data-copy]")[0]
        self.assertEqual(shown, "cargo add serde")
        self.browser.click("button.copy")
        self.browser.wait("/copied/i.test(document.querySelector('[data-copied]').textContent)", "it is said")
        read = "const done = arguments[0]; navigator.clipboard.readText().then(done, (error) => done(String(error)))"
        self.assertEqual(self.browser.answer_of(read), shown)

    def test_where_nothing_may_be_copied_the_text_is_selected(self):
        self.open("/crates/serde")
        self.browser.script(
            "Object.defineProperty(navigator, 'clipboard', {value: {writeText: () => Promise.reject(new Error('no'))}});"
            "document.execCommand = () => false"
        )
        self.browser.click("button.copy")
        self.browser.wait("/selected/i.test(document.querySelector('[data-copied]').textContent)", "it is said")
        self.assertEqual(self.browser.value("getSelection().toString().trim()"), "cargo add serde")
