"""/status follows the server and says when it cannot; /docs asks what its forms say."""

from scene import BrowserTest
from troubled import troubled

LIVE = "document.getElementById('live').textContent"
TOTAL = "Number(document.querySelector('[data-figure=total]').textContent.replaceAll(/\\D/g, ''))"


class Status(BrowserTest):
    def test_it_is_live(self):
        self.open("/status")
        self.browser.wait(f"{LIVE}.startsWith('Live')")
        before = self.browser.value(TOTAL)
        self.browser.script("for (let i = 0; i < 5; i++) fetch(`/api/v1/crates?q=followed${i}`)")
        self.browser.wait(f"{TOTAL} >= {before + 5}")
        self.browser.wait("document.querySelector('#rate-chart path.hit').getAttribute('d').length > 20")
        self.browser.click("[data-span=start]")
        self.browser.wait("document.querySelectorAll('#latency-chart rect').length > 1")
        self.assertEqual(self.browser.find("[data-span=start]").get_attribute("aria-pressed"), "true")

    def test_it_says_when_its_figures_are_old(self):
        self.expected = ("/status.json",)
        with troubled(self.browser.url, "/status.json") as proxy:
            self.addCleanup(self.browser.driver.get, "about:blank")
            self.hosts = (proxy.url,)
            self.browser.open(proxy.url + "/status")
            self.browser.wait(f"{LIVE}.startsWith('Live')")
            said = {"fail": "answered 503: these figures are of", "cut": "does not answer: these figures are of"}
            for mode, words in said.items():
                proxy.mode = mode
                self.browser.wait(f"{LIVE}.includes('{words}')")
                proxy.mode = "pass"
                self.browser.wait(f"{LIVE}.startsWith('Live')")
            proxy.hold()
            self.browser.wait(f"{LIVE}.includes('accepts questions and does not answer')")


class Docs(BrowserTest):
    def ask(self, operation):
        self.browser.find(f"#{operation} .try-bar button").click()
        self.browser.wait(f"document.querySelector('#{operation} .outcome') !== null")
        return self.browser.texts(f"#{operation} .answer")[0]

    def curl(self, operation):
        return self.browser.texts(f"#{operation} [data-curl]")[0]

    def test_a_form_asks(self):
        self.open("/docs#find_crate")
        self.browser.find("#find_crate [name=include]").send_keys("versions")
        self.assertEqual(
            self.curl("find_crate"), f"curl -s --globoff '{self.browser.url}/api/v1/crates/serde?include=versions'"
        )
        answer = self.ask("find_crate")
        for words in ("200 OK", "application/json", '"id": "serde"', "headers", "ms of it in the server"):
            self.assertIn(words, answer)
        self.browser.script(
            "const choice = document.querySelector('#find_crate [data-encoding]'); choice.value = 'application/msgpack';"
            "choice.dispatchEvent(new Event('input', {bubbles: true})); choice.form.parentElement"
            ".querySelector('.answer').replaceChildren();"
        )
        self.assertIn("-H 'Accept: application/msgpack' -o answer.msgpack", self.curl("find_crate"))
        packed = self.ask("find_crate")
        self.assertIn("application/msgpack", packed)
        self.assertEqual(packed[packed.index("{") :], answer[answer.index("{") :])

    def test_errors_and_shell(self):
        self.expected = ("it's",)
        self.open("/docs")
        self.browser.find("#find_version [name=version]").clear()
        self.browser.find("#find_version [name=version]").send_keys("it's")
        self.assertTrue(self.curl("find_version").endswith("/serde/it'\\''s'"))
        self.assertIn("404", self.ask("find_version"))
        self.browser.find("#docs-filter").send_keys("reverse")
        self.browser.wait("document.getElementById('docs-found').textContent.startsWith('1 of ')")
        self.assertFalse(self.browser.is_shown("#find_version"))

    def test_a_slow_and_a_failing_server(self):
        self.expected = ("/api/v1/summary",)
        with troubled(self.browser.url, "/api/v1/summary") as proxy:
            self.addCleanup(self.browser.driver.get, "about:blank")
            self.hosts = (proxy.url,)
            self.browser.open(proxy.url + "/docs")
            proxy.hold()
            self.browser.find("#get_summary .try-bar button").click()
            said = "document.querySelector('#get_summary .answer').textContent"
            self.browser.wait(f"{said}.startsWith('Still waiting')")
            proxy.release()
            self.browser.wait(f"{said}.startsWith('200 OK')")
            proxy.mode = "cut"
            self.browser.find("#get_summary .try-bar button").click()
            self.browser.wait(f"{said}.startsWith('The server could not be asked')")
