"""READMEs, which are other people's text: one that has everything, one that means harm (readmes/)."""

from scene import BrowserTest


class Readme(BrowserTest):
    def test_what_a_readme_has(self):
        self.open("/crates/tokio")
        self.assertEqual(self.browser.texts("#readme table th"), ["Left", "Middle", "Right"])
        self.assertIn("A picture that nobody loads", self.browser.texts("#readme .prose")[0])
        self.assertEqual(self.browser.all("#readme img"), [])
        for link in self.browser.all("#readme a[href^=http]"):
            self.assertLessEqual({"nofollow", "noopener"}, set(link.get_attribute("rel").split()))
        # Its headings are below the page's own.
        self.assertEqual(len(self.browser.all("h1")), 1)

    def test_a_hostile_one_is_text(self):
        self.open("/crates/libbindgen")
        self.browser.script("for (const link of document.querySelectorAll('#readme a')) link.dispatchEvent(new Event('mouseover'))")
        self.assertIsNone(self.browser.value("window.isHarmed ?? null"))
        self.assertEqual(self.browser.all("#readme script, #readme img, #readme style, #readme iframe, #readme form, base"), [])
        self.assertIn("window.isHarmed = true", self.browser.texts("#readme .prose")[0])
        self.assertEqual([e for e in self.browser.all("#readme a") if not e.get_attribute("href").startswith("http")], [])
        self.assertEqual(len(self.browser.all("h1")), 1)
