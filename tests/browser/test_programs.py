"""The programs of this folder that are run by hand: that they run."""

import tempfile
from pathlib import Path

from paint import table
from scene import BrowserTest
from screenshots import MAX_BYTES, name_of, take


class Programs(BrowserTest):
    expected = ("404 (Not Found)",)

    def test_the_first_paint_is_measured(self):
        head, within, elsewhere = table(self.browser, ["/"], 1)
        self.assertIn("median", head)
        for line, origin in ((within, "within"), (elsewhere, "elsewhere")):
            path, told, median, least, most, kilobytes = line.split()
            self.assertEqual((path, told, median, least), ("/", origin, most, most))
            self.assertGreater(float(median), 0)
            self.assertGreater(float(kilobytes), 1)

    def test_pictures_are_taken(self):
        with tempfile.TemporaryDirectory() as folder:
            light, dark = take(self.browser, {"home": "/"}, Path(folder))
            self.assertEqual((light.name, dark.name), ("home-light.png", "home-dark.png"))
            pictures = [file.read_bytes() for file in (light, dark)]
        self.assertNotEqual(*pictures)
        for picture in pictures:
            self.assertEqual(picture[:8], b"\x89PNG\r\n\x1a\n")
            self.assertLess(len(picture), MAX_BYTES)
        self.assertEqual([name_of(path) for path in ("/", "/search?q=a b")], ["home", "search-q-a-b"])
