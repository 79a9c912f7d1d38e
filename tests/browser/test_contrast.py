"""The tokens of style.css against each other, in both schemes."""

import unittest
from pathlib import Path

from contrast import contrast, tokens

STYLE = Path(__file__).resolve().parents[2] / "server" / "html" / "assets" / "style.css"
TEXT, LARGE = 4.5, 3.0
# (what is written or drawn, on what, at least)
PAIRS = (
    *((text, ground, TEXT) for text in ("ink", "quiet", "accent", "good", "bad") for ground in ("paper", "raised")),
    ("ink", "mark", TEXT),
    ("ink", "accent-soft", TEXT),
    ("accent", "accent-soft", TEXT),
    ("paper", "accent", TEXT),  # a button's label
    ("quiet", "raised", LARGE),  # the border of a control
)


class Contrast(unittest.TestCase):
    def test_the_formula(self):
        self.assertAlmostEqual(contrast("#000", "#ffffff"), 21.0)
        self.assertAlmostEqual(contrast("#777777", "#fff"), 4.478, places=3)
        self.assertEqual(contrast("#123456", "#123456"), 1.0)

    def test_the_tokens_of_both_schemes(self):
        schemes = tokens(STYLE.read_text(encoding="utf-8"))
        self.assertNotEqual(schemes["light"], schemes["dark"])
        faint = [
            f"{scheme}: {text} on {ground} has {ratio:.2f}, not {least}"
            for scheme, colours in schemes.items()
            for text, ground, least in PAIRS
            if (ratio := contrast(colours[text], colours[ground])) < least
        ]
        self.assertEqual(faint, [])
