"""What holds for every page alike: its layout at four widths, both colour schemes, axe-core's rules, nothing that moves."""

from chromium import FOLDER
from scene import COLOURED_ALIKE, PAGES, STATUSES, BrowserTest, scene

# A phone at 400 % zoom sees 320 px; a phone, a tablet, a desk.
WIDTHS = (320, 360, 768, 1440)
SMALLEST_TARGET = 24
LAYOUT = (FOLDER / "layout.js").read_text(encoding="utf-8")
RUN_AXE = """
const [options, done] = arguments;
axe.run(document, options).then(
    ({violations}) => done(violations.flatMap(({id, nodes}) => nodes.map((n) => `${id}: ${n.html.slice(0, 160)}: ${
        n.failureSummary.replace(/\\s+/g, " ").slice(0, 200)}`))), (error) => done([String(error)]));
"""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOADED_SLOWLY = ("home", "results", "crate", "encodings", "docs", "status")
OF_COLOUR = ["color-contrast", "link-in-text-block"]
# The page's own colours: that of its paper, and of its text.
COLOURS = """
const style = getComputedStyle(document.body);
return [style.backgroundColor, style.color].map((colour) => colour.match(/[\\d.]+/g).slice(0, 3).reduce((a, b) => a + +b, 0));
"""


class EachPage:
    """The tests of one page; `Each…` below are made from it, one a page. The page is opened once for all."""

    path = opened = None

    def setUp(self):
        super().setUp()
        if type(self).opened is None:
            self.expected = (f"status of {STATUSES[self.name]}",) if self.name in STATUSES else ()
            self.open(self.path)
            type(self).opened = True

    def test_layout(self):
        faults = []
        for width in WIDTHS:
            self.browser.size(width)
            faults += [f"{width} px: {fault}" for fault in self.browser.script(LAYOUT, SMALLEST_TARGET)]
        self.assert_none(faults, self.path)

    def test_both_schemes(self):
        paper, ink = self.browser.script(COLOURS)
        self.assertGreater(paper, ink + 300)
        self.browser.media(prefers_color_scheme="dark")
        paper, ink = self.browser.script(COLOURS)
        self.assertLess(paper + 300, ink)

    def test_rules_of_axe(self):
        """All rules in the light; in the dark only those of colours have something new to see."""
        if scene.axe is None:
            self.skipTest(scene.why_no_axe)
        if not self.browser.value("window.axe !== undefined"):
            self.browser.script(scene.axe)
        options = {"resultTypes": ["violations"], "preload": False}
        faults = self.browser.answer_of(RUN_AXE, {"runOnly": TAGS, **options})
        if self.name not in COLOURED_ALIKE:
            # Without motion, for a colour on its way from one scheme to the other is neither.
            self.browser.media(prefers_color_scheme="dark", prefers_reduced_motion="reduce")
            faults += self.browser.answer_of(RUN_AXE, {"runOnly": {"type": "rule", "values": OF_COLOUR}, **options})
        self.assert_none(faults, self.path)

    def test_still_for_who_wants_less_motion(self):
        self.browser.media(prefers_reduced_motion="reduce")
        moving = self.browser.value(
            "[...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e);"
            " return Math.max(...(s.transitionDuration + ',' + s.animationDuration).split(',').map(parseFloat)) > 0.01"
            " || s.scrollBehavior == 'smooth' })"
            ".map(e => e.outerHTML.slice(0, 60)).slice(0, 5)"
        )
        self.assert_none(moving, self.path)


for page_name, page_path in PAGES.items():
    class_name = "Page_" + page_name.replace(" ", "_")
    globals()[class_name] = type(
        class_name, (EachPage, BrowserTest), {"name": page_name, "path": page_path, "__module__": __name__}
    )


class Still(BrowserTest):
    """Over a slow network what a page consists of comes in several frames, and nothing of it may move."""

    def test_nothing_moves_while_it_loads(self):
        shifts = []
        for width, names in ((360, LOADED_SLOWLY), (1440, LOADED_SLOWLY[:3])):
            self.browser.size(width)
            for name in names:
                with self.browser.slow_network(latency_ms=30, bytes_a_second=400_000):
                    self.open(PAGES[name])
                shifts += [f"{name}, {width} px: {shift}" for shift in self.browser.value("cratedexProbe.shifts")]
        self.assert_none(shifts)


