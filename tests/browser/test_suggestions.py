"""The search box as a combobox, used by the keyboard alone, and when the server is slow or out of order."""

from scene import BrowserTest
from troubled import troubled

BOX = "document.querySelector('[role=combobox]')"
N_OPTIONS = "document.querySelectorAll('[role=option]').length"
IS_OPEN = f"{BOX}.getAttribute('aria-expanded') == 'true' && {N_OPTIONS} > 0"
ACTIVE = f"document.getElementById({BOX}.getAttribute('aria-activedescendant'))"
# What is said below the box.
SAID = "[...document.querySelectorAll('.seek-note')].filter(e => e.checkVisibility()).map(e => e.textContent).join(' ')"


class Suggestions(BrowserTest):
    def active(self):
        return self.browser.value(f"{ACTIVE} && {ACTIVE}.innerText.split('\\n')[0].trim()")

    def type(self, *keys):
        self.browser.keys(*keys)
        self.browser.wait(IS_OPEN, "the list of suggestions is open")

    def test_a_typo_and_a_choice_by_keyboard(self):
        self.open("/")
        self.assertTrue(self.browser.value(f"document.activeElement == {BOX}"), "the focus of the home page")
        self.type("s", "e", "r", "e", "d", "e")
        self.browser.wait(f"{N_OPTIONS} > 0 && document.querySelector('[role=option]').innerText.startsWith('serde')")
        self.assertIsNone(self.active())
        self.browser.keys("ARROW_DOWN")
        self.assertRegex(self.active(), r"^serde\b")
        self.assertEqual(self.browser.value(f"{ACTIVE}.getAttribute('aria-selected')"), "true")
        self.browser.keys("ENTER")
        self.browser.wait("location.pathname == '/crates/serde'")

    def test_arrows_go_round_and_escape_closes(self):
        self.open("/search?q=tokio")
        self.browser.keys("/")
        self.assertTrue(self.browser.value(f"document.activeElement == {BOX}"), "/ gives the box the focus")
        self.assertEqual(self.browser.value(f"{BOX}.value"), "tokio")
        self.type("s", "e", "r")
        n = self.browser.value(N_OPTIONS)
        self.browser.keys("ARROW_UP")
        last = self.active()
        self.browser.keys("ARROW_DOWN")
        first = self.active()
        self.browser.keys(*["ARROW_DOWN"] * (n - 1))
        self.assertEqual(self.active(), last)
        self.assertNotEqual(first, last)
        self.browser.keys("ESCAPE")
        self.assertEqual(self.browser.value(f"{BOX}.getAttribute('aria-expanded')"), "false")
        self.assertFalse(self.browser.value("document.querySelector('[role=listbox]').checkVisibility()"))
        self.assertEqual(self.browser.value(f"{BOX}.value"), "ser")
        # Without a choice Enter searches for what was typed.
        self.browser.keys("ENTER")
        self.browser.wait("location.search.includes('q=ser') && document.readyState == 'complete'")

    def test_the_list_hides_nothing_and_moves_nothing(self):
        self.browser.size(360)
        self.open("/")
        height = "document.documentElement.scrollHeight"
        before = self.browser.value(f"[document.querySelector('h1').getBoundingClientRect().top, {height}]")
        self.type("s", "e", "r")
        after = self.browser.value(f"[document.querySelector('h1').getBoundingClientRect().top, {height}]")
        self.assertEqual(before, after)
        box = self.browser.value(
            "(r => [r.left, r.right])(document.querySelector('[role=listbox]').getBoundingClientRect())"
        )
        self.assertGreaterEqual(box[0], 0)
        self.assertLessEqual(box[1], 360)


class Trouble(BrowserTest):
    expected = ("503", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION")

    def test_a_slow_server_and_one_that_fails(self):
        with troubled(self.browser.url, "/api/v1/suggest") as proxy:
            self.addCleanup(self.browser.driver.get, "about:blank")
            self.hosts = (proxy.url,)
            self.browser.open(proxy.url + "/")
            proxy.hold()
            self.browser.keys("s", "e")
            self.browser.wait(f"/slow/i.test({SAID})", "the page says that suggestions are slow")
            self.browser.keys("r")
            self.assertEqual(self.browser.value(f"{BOX}.value"), "ser")
            proxy.release()
            # What was held is of the past; the next keystroke has an answer.
            self.browser.keys("d")
            self.browser.wait(IS_OPEN)
            for mode in ("fail", "cut"):
                proxy.mode = mode
                self.browser.keys("e")
                self.browser.wait(f"/no suggestions|cannot|unavailable/i.test({SAID})", f"the page tells of: {mode}")
                self.assertEqual(self.browser.value(f"{BOX}.getAttribute('aria-expanded')"), "false")
                proxy.mode = "pass"
                self.browser.keys("BACKSPACE")
                self.browser.wait(IS_OPEN, "it recovers")
            self.browser.keys("ENTER")
            self.browser.wait("location.pathname == '/search' && location.search.includes('q=serd')")
