"""/encodings measures, says what came of it, and keeps that where a run ends early."""

import json

from scene import BrowserTest, scene
from test_each_page import LAYOUT, RUN_AXE, SMALLEST_TARGET, TAGS, WIDTHS
from troubled import troubled

STATE = "document.getElementById('state').textContent"
N_VERDICTS = "document.querySelectorAll('#verdicts li').length"
# Copies to a variable, for the clipboard belongs to who sits there.
CATCH_COPIES = "navigator.clipboard.writeText = async (text) => { window.copied = text; };"
REFUSE_COPIES = "navigator.clipboard.writeText = async () => { throw new Error(); }; document.execCommand = () => false;"
# What browsers tell a page that is not in sight.
SET_HIDDEN = """
Object.defineProperty(document, "hidden", {configurable: true, get: () => arguments[0]});
document.dispatchEvent(new Event("visibilitychange"));
"""


class Encodings(BrowserTest):
    def choose(self, **values):
        for name, value in values.items():
            self.browser.script("document.getElementById(arguments[0]).value = arguments[1]", name, value)

    def start(self, **values):
        self.choose(**values)
        self.browser.find("#start").click()

    def copied(self, what):
        self.browser.script(CATCH_COPIES)
        self.browser.find(f"#copy-{what}").click()
        self.browser.wait("document.getElementById('copied').textContent.endsWith('copied.')")
        return self.browser.value("window.copied")

    def test_a_comparison(self):
        self.open("/encodings")
        self.assertTrue(self.browser.value("crossOriginIsolated"))
        self.start(of="search_100", rounds="20", connections="3", cache="misses")
        self.browser.wait(f"{STATE} == 'Done: 20 rounds.'")
        self.assertIn("of=search_100", self.browser.driver.current_url)
        self.assertEqual(self.browser.value("document.getElementById('sizes').dataset.of"), "search_100")
        titles = [text.split(":")[0] for text in self.browser.texts("#verdicts li")]
        self.assertEqual(
            titles,
            ["Decoding", "Time to the first byte", "Transfer", "Server's own time", "From the request to objects"]
            + ["All connections together", "Bytes"],
        )
        self.assertEqual(len(self.browser.all("#plots svg[role=img][aria-label*=MessagePack]")), 6)
        self.assertEqual(len(self.browser.all("#figures tbody tr")), 8)
        # Three dots a round and encoding, in two shapes, but those beyond the edge.
        for encoding, shape in (("json", "circle, .beyond"), ("msgpack", "path")):
            first_byte = f"document.querySelectorAll('#plots figure')[1].querySelector('.{encoding} .dots')"
            self.assertEqual(self.browser.value(f"{first_byte}.querySelectorAll('{shape}').length"), 60)
        run = json.loads(self.copied("json"))
        self.assertEqual(len(run["rounds"]), 20)
        firsts = {measured["first"] for measured in run["rounds"]}
        self.assertEqual(firsts, {"json", "msgpack"})
        for measured in run["rounds"]:
            for part in (measured["json"], measured["msgpack"]):
                self.assertEqual(part["caches"], ["miss"] * 3)
                self.assertTrue(all(time > 0 for time in [part["decode"], *part["server"], *part["firstByte"]]))
        self.check_received(run)
        self.assertIn("| Bytes received |", self.copied("markdown"))
        # Where there is no clipboard for pages.
        self.browser.script(REFUSE_COPIES)
        self.browser.find("#copy-markdown").click()
        self.browser.wait("document.getElementById('to-copy').checkVisibility()")
        self.assertIn("Decoding", self.browser.value("getSelection().toString()"))
        faults = []
        for width in WIDTHS:
            self.browser.size(width)
            self.browser.settle()
            faults += [f"{width} px: {fault}" for fault in self.browser.script(LAYOUT, SMALLEST_TARGET)]
        if scene.axe is not None:
            self.browser.script(scene.axe)
            faults += self.browser.driver.execute_async_script(
                RUN_AXE, {"runOnly": TAGS, "resultTypes": ["violations"]}
            )
        self.assert_none(faults, "the results")

    def check_received(self, run):
        """A filter more makes the link to the next page longer, and all that is said longer or shorter by little."""
        for key, part in run["bytes"].items():
            told = next(size[key] for size in run["sizes"] if size["coding"] == part["coding"])
            self.assertLess(abs(part["received"] - told), 100)
            self.assertLess(abs(part["decoded"] - run["sizes"][0][key]), 100)

    def test_hits_are_what_is_told_to_the_byte(self):
        self.open("/encodings?of=summary")
        self.start(rounds="20")
        self.browser.wait(f"{STATE} == 'Done: 20 rounds.'")
        run = json.loads(self.copied("json"))
        for key, part in run["bytes"].items():
            told = {size["coding"]: size[key] for size in run["sizes"]}
            self.assertEqual([part["received"], part["decoded"]], [told[part["coding"]], told["identity"]])
        self.assertEqual({cache for measured in run["rounds"] for cache in measured["json"]["caches"]}, {"hit"})

    def test_stopped_by_hand_and_hidden(self):
        self.open("/encodings?of=suggestions")
        self.start(rounds="300")
        self.browser.wait(f"{STATE} == 'Measuring 300 rounds.'")
        self.browser.script(SET_HIDDEN, True)
        self.browser.wait(f"{STATE}.startsWith('Paused')")
        self.browser.script(SET_HIDDEN, False)
        self.browser.wait(f"{STATE} == 'Measuring 300 rounds.'")
        self.browser.find("#stop").click()
        self.browser.wait(f"{STATE}.startsWith('Stopped. What') && {N_VERDICTS} > 0")
        told = r"Rounds: `\d+ of 300.*1 repeated, for the page was hidden; stopped by hand"
        self.assertRegex(self.copied("markdown"), told)
        # And it can be begun anew, where what was written is no answer.
        self.expected = ("404",)
        self.start(of="crate", subject="no-such-crate")
        self.browser.wait(f"{STATE} == 'Nothing was measured: crate `no-such-crate` does not exist.'")
        self.assertGreater(self.browser.value(N_VERDICTS), 0, "the last results stay")

    def test_without_script(self):
        with self.browser.without_script():
            self.browser.driver.get(self.browser.url + "/encodings?of=crate&q=serde")
            self.assertTrue(self.browser.find("#show").is_displayed())
            self.assertEqual([e.is_displayed() for e in self.browser.all(".scripted")], [False] * 6)
            self.assertTrue(self.browser.find("noscript p").is_displayed())
            self.browser.find("#show").click()
        self.assertIn("/encodings?of=crate&q=serde", self.browser.driver.current_url)
        self.assertIn("/api/v1/crates/serde", self.browser.texts("#sizes a"))
        self.assertEqual(len(self.browser.all("#sizes td[data-bytes]")), 8)


class EncodingsTroubled(BrowserTest):
    expected = ("503", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION")

    def test_a_server_that_fails(self):
        with troubled(self.browser.url, "/api/v1/") as proxy:
            self.hosts = (proxy.url,)
            self.addCleanup(self.browser.driver.get, "about:blank")
            for mode, told in (("fail", "503 (out of order)"), ("cut", "cannot be reached")):
                proxy.mode = "pass"
                self.browser.open(proxy.url + "/encodings")
                self.browser.script("document.getElementById('rounds').value = '300'")
                self.browser.find("#start").click()
                self.browser.wait("document.getElementById('progress').value > 8")
                proxy.mode = mode
                self.browser.wait(f"{STATE}.includes('{told}')")
                self.assertIn("is kept below", self.browser.value(STATE))
                self.assertGreater(self.browser.value(N_VERDICTS), 0)
