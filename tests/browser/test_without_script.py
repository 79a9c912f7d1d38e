"""The same pages in a browser that runs no script: everything is still there and works."""

from scene import BrowserTest


class WithoutScript(BrowserTest):
    def setUp(self):
        super().setUp()
        off = self.browser.without_script()
        off.__enter__()
        self.addCleanup(off.__exit__, None, None, None)

    def open(self, path):
        self.browser.driver.get(self.browser.url + path)

    def path(self):
        return self.browser.driver.current_url.removeprefix(self.browser.url)

    def test_search_pages_and_crate(self):
        self.open("/")
        box = self.browser.find("input[type=search]")
        self.assertIsNone(box.get_attribute("role"), "no combobox without the script that makes it one")
        box.send_keys("http")
        self.browser.follow("form[role=search] button")
        self.assertEqual(self.path(), "/search?q=http")
        first_page = self.browser.texts("#results h2 a")
        self.assertIn("http", first_page)
        everything = self.browser.texts("h1")[0]
        self.browser.follow("#filters section[aria-labelledby^=facet] a")
        self.assertNotEqual(self.browser.texts("h1")[0], everything)
        self.browser.click("[name=stable]")
        self.browser.follow("#filters form button")
        self.assertIn("stable=yes", self.path())
        self.open("/search?q=http")
        self.browser.follow("a[rel=next]")
        self.assertFalse(set(first_page) & set(self.browser.texts("#results h2 a")))
        self.browser.follow("#results h2 a")
        self.assertRegex(self.path(), r"^/crates/[\w-]+$")
        self.assertEqual(self.browser.texts("h1")[0].split()[0], self.path().rpartition("/")[2])
        self.assertEqual([button for button in self.browser.all("button.copy") if button.is_displayed()], [])

    def test_lists(self):
        self.open("/categories")
        self.browser.follow("main a[href^='/categories/']")
        self.assertRegex(self.path(), r"^/categories/")
        self.browser.follow("nav[aria-label=Site] a[href='/keywords']")
        self.browser.follow("main a[href^='/keywords/']")
        self.browser.follow("main a[href^='/crates/']")
        self.assertRegex(self.path(), r"^/crates/")

    def test_a_form_of_the_api_leads_to_the_answer(self):
        self.open("/docs")
        self.browser.click("#find_crate .try-bar button")
        self.browser.wait("location.pathname.startsWith('/api/v1/crates/')")
        self.assertIn('{"crate":', self.browser.find("body").text[:200])
