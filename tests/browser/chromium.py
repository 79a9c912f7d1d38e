"""Debian's Chromium without a window, driven by chromedriver: one process for all tests.

Every document starts with probe.js, which notes what a page must not do: shift, break its Content-Security-Policy, throw. The
network is watched by the DevTools protocol; no name resolves but the server's own address, so that a page which asks
elsewhere fails, and is told."""

import contextlib
import json
import shutil
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
DEADLINE, PAUSE = 10, 0.01  # seconds
BROWSER, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
# A root user has no sandbox. What the others do without would only ask the network or take the processor.
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
    "--no-first-run",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
# Two frames behind the load and an empty queue of the loop: what scripts do at their start is done.
SETTLED = """
const done = arguments[0];
const calm = () => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 0)));
document.readyState === "complete" ? calm() : addEventListener("load", calm, {once: true});
"""

# The middle of the first line of an element, which may be a link of several; or what is wrong.
POINT = """
const element = [...document.querySelectorAll(arguments[0])].find((e) => e.checkVisibility());
if (!element) return "there is none to be seen";
element.scrollIntoView({block: "center", behavior: "instant"});
const {left, top, width, height} = element.getClientRects()[0];
const [x, y] = [left + width / 2, top + height / 2];
const there = document.elementFromPoint(x, y);
return there && (element.contains(there) || there.contains(element)) ? [x, y] : `covered by ${there?.outerHTML.slice(0, 80)}`;
"""


def missing():
    """What is not installed of what this needs, or None."""
    try:
        import selenium  # noqa: F401
    except ImportError:
        return "python3-selenium"
    for path in (BROWSER, DRIVER):
        if not shutil.which(path):
            return Path(path).name
    return None


class Chromium:
    """One tab. Paths are those of the server `url`."""

    def __init__(self, driver, url):
        self.driver, self.url = driver, url
        self.command("Page.addScriptToEvaluateOnNewDocument", source=(FOLDER / "probe.js").read_text(encoding="utf-8"))
        self.size(1440)

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def script(self, text, *arguments):
        return self.driver.execute_script(text, *arguments)

    def value(self, expression):
        return self.script(f"return ({expression})")

    def answer_of(self, text, *arguments):
        """What a script hands to the function that is its last argument."""
        return self.driver.execute_async_script(text, *arguments)

    def open(self, path):
        """Goes to `path` and waits until the page and its scripts have started."""
        self.driver.get(path if path.startswith("http") else self.url + path)
        self.settle()

    def settle(self):
        self.answer_of(SETTLED)

    def wait(self, condition, told=None):
        """Waits until the JavaScript expression holds, across navigations."""
        from selenium.common.exceptions import WebDriverException

        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            # Between two documents there is nothing to ask.
            with contextlib.suppress(WebDriverException):
                if self.value(condition):
                    return
            time.sleep(PAUSE)
        raise AssertionError(f"in {DEADLINE} s not so: {told or condition}, at {self.driver.current_url}")

    def find(self, selector):
        return self.driver.find_element("css selector", selector)

    def all(self, selector):
        return self.driver.find_elements("css selector", selector)

    def texts(self, selector):
        return self.script(
            "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText.trim())", selector
        )

    def is_shown(self, selector):
        return self.script("return document.querySelector(arguments[0]).checkVisibility()", selector)

    def click(self, selector):
        """Presses the mouse on the middle of the first that is seen of these: on what lies there, as a visitor does."""
        place = self.script(POINT, selector)
        if not isinstance(place, list):
            raise AssertionError(f"{selector}: {place}, at {self.driver.current_url}")
        for event in ("mousePressed", "mouseReleased"):
            self.command("Input.dispatchMouseEvent", type=event, x=place[0], y=place[1], button="left", clickCount=1)

    def follow(self, selector, condition="true"):
        """Clicks, and waits for another document, of which `condition` holds."""
        self.script("window.isLeft = false")
        self.click(selector)
        self.wait(f"window.isLeft === undefined && document.readyState == 'complete' && ({condition})", "another page")

    def back(self):
        """To the page before, which the browser may have kept as it was."""
        left = self.driver.current_url
        self.driver.back()
        self.wait(f"location.href != {json.dumps(left)} && document.readyState == 'complete'", "the page before")

    def keys(self, *keys):
        """Types into what has the focus. Names of keys as Selenium has them: ARROW_DOWN."""
        from selenium.webdriver.common.action_chains import ActionChains
        from selenium.webdriver.common.keys import Keys

        actions = ActionChains(self.driver, duration=0)
        for key in keys:
            actions.send_keys(getattr(Keys, key) if key.isupper() and len(key) > 1 else key)
        actions.perform()

    def size(self, width, height=900):
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    def media(self, **features):
        """Emulates media features: media(prefers_color_scheme="dark")."""
        self.command(
            "Emulation.setEmulatedMedia",
            features=[{"name": name.replace("_", "-"), "value": value} for name, value in features.items()],
        )

    @contextlib.contextmanager
    def without_script(self):
        self.command("Emulation.setScriptExecutionDisabled", value=True)
        try:
            yield
        finally:
            self.command("Emulation.setScriptExecutionDisabled", value=False)

    @contextlib.contextmanager
    def slow_network(self, latency_ms, bytes_a_second):
        """Everything comes so late, and nothing from a cache: what would come in one frame comes in several."""
        self.command("Network.enable")
        self.command("Network.setCacheDisabled", cacheDisabled=True)
        conditions = {"offline": False, "uploadThroughput": -1}
        try:
            self.command(
                "Network.emulateNetworkConditions",
                latency=latency_ms,
                downloadThroughput=bytes_a_second,
                **conditions,
            )
            yield
        finally:
            self.command("Network.emulateNetworkConditions", latency=0, downloadThroughput=-1, **conditions)
            self.command("Network.setCacheDisabled", cacheDisabled=False)

    def complaints(self):
        """What the console said since the last look."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """The URLs asked for since the last look."""
        urls = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                urls.append(message["params"]["request"]["url"])
        return urls

    def foreign_requests(self, allowed=()):
        """Those since the last look to another host than the server's, and these."""
        own = (self.url, *allowed)
        return [url for url in self.requests() if not url.startswith((*own, "data:", "blob:", "about:"))]

    def cookies(self):
        return self.command("Network.getAllCookies")["cookies"]

    def faults(self, expected=(), allowed=()):
        """The rules that were broken since the last look, in words. All is looked at, so that nothing is left for the next."""
        complaints = [text for text in self.complaints() if not any(word in text for word in expected)]
        probe = self.value("window.cratedexProbe") or {"violations": [], "errors": []}
        return [
            *(f"asks another host: {url}" for url in self.foreign_requests(allowed)),
            *(f"console: {text}" for text in complaints),
            *(f"cookie: {cookie['name']}" for cookie in self.cookies()),
            *(f"violates its policy: {violation}" for violation in probe["violations"]),
            *(f"throws: {error}" for error in dict.fromkeys(probe["errors"])),
        ]


@contextlib.contextmanager
def chromium(url):
    """A Chromium for the server at `url`, ended behind the block."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    for flag in FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    options.add_experimental_option("perfLoggingPrefs", {"enableNetwork": True, "enablePage": False})
    driver = webdriver.Chrome(service=Service(DRIVER), options=options)
    try:
        driver.set_script_timeout(3 * DEADLINE)
        yield Chromium(driver, url)
    finally:
        driver.quit()
