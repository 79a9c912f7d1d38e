"""The API's page, whose forms ask, and the status page, which follows the server."""

from crawl import Client
from scene import BrowserTest
from troubled import troubled

CARD = "#list_crates"
SHOWN_OPERATIONS = "[...document.querySelectorAll('.operation')].filter(e => e.checkVisibility()).length"


class Docs(BrowserTest):
    def try_it(self, accept):
        self.browser.script(
            "const select = document.querySelector(arguments[0]); select.value = arguments[1];"
            "select.dispatchEvent(new Event('input', {bubbles: true}))",
            f"{CARD} [data-encoding]",
            accept,
        )
        self.browser.click(f"{CARD} .try-bar button")
        outcome = f"document.querySelector('{CARD} .outcome')?.innerText"
        self.browser.wait(f"{outcome}?.includes('{accept}')", "an answer is shown")
        return self.browser.value(outcome), self.browser.texts(f"{CARD} .answer > pre")[0]

    def test_a_form_asks_in_both_encodings(self):
        self.open("/docs")
        self.browser.click(f"{CARD} [name=q]")
        self.browser.keys(*"it's")
        curl = self.browser.texts(f"{CARD} [data-curl]")[0]
        self.assertEqual(curl, f"curl -s --globoff '{self.browser.url}/api/v1/crates?q=it'\\''s'")
        told, json = self.try_it("application/json")
        self.assertRegex(told, r"200[\s\S]* ms[\s\S]* k?B")
        self.assertIn('"crates"', json)
        _, messagepack = self.try_it("application/msgpack")
        self.assertEqual(messagepack, json)
        self.assertIn("Accept: application/msgpack", self.browser.texts(f"{CARD} [data-curl]")[0])

    def test_the_list_is_filtered(self):
        self.open("/docs")
        everything = self.browser.value(SHOWN_OPERATIONS)
        self.browser.click("#docs-filter")
        self.browser.keys(*"reverse dep")
        self.browser.wait(f"{SHOWN_OPERATIONS} == 1")
        self.assertGreater(everything, 20)
        self.assertEqual(self.browser.texts("#docs-found"), [f"1 of {everything}"])

    def test_without_script_a_form_leads_to_the_answer(self):
        with self.browser.without_script():
            self.browser.driver.get(self.browser.url + "/docs")
            self.browser.click("#find_crate .try-bar button")
            self.browser.wait("location.pathname.startsWith('/api/v1/crates/')")
            self.assertIn('{"crate":', self.browser.find("body").text[:200])


class Status(BrowserTest):
    expected = ("ERR_EMPTY_RESPONSE", "ERR_CONNECTION", "503")

    def test_it_follows_the_server_and_says_when_it_cannot(self):
        with troubled(self.browser.url, "/status.json") as proxy:
            self.hosts = (proxy.url,)
            self.addCleanup(self.browser.driver.get, "about:blank")
            self.browser.open(proxy.url + "/status")
            self.browser.wait("document.getElementById('live').innerText.startsWith('Live')")
            total = "parseInt(document.querySelector('[data-figure=total]').innerText.replaceAll(',', ''))"
            before = self.browser.value(total)
            client = Client(self.browser.url)
            client.ask(self.browser.url + "/api/v1/summary")
            client.close()
            self.browser.wait(f"{total} > {before}", "that request is counted")
            self.assertTrue(self.browser.is_shown("#rate-chart svg"))
            proxy.mode = "cut"
            self.browser.wait("document.getElementById('live').className == 'is-old'", "it says that figures are old")
            proxy.mode = "pass"
            self.browser.wait("document.getElementById('live').innerText.startsWith('Live')", "it recovers")
