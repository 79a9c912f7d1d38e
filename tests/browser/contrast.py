"""The contrast of colours as WCAG 2.2 defines it (relative luminance of sRGB), and the tokens of style.css in both schemes."""

import re

TOKEN = re.compile(r"--([\w-]+):\s*(#[0-9a-fA-F]{3,8})\b")


def luminance(colour):
    """Of #rgb or #rrggbb, from 0 for black to 1 for white."""
    digits = colour.lstrip("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    if len(digits) != 6:
        raise ValueError(f"{colour} is no opaque colour")
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    """From 1 for the same colour to 21 for black and white."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def tokens(style):
    """{"light": {name: colour}, "dark": {…}} of a style sheet; dark has light's where it names no other."""
    at = re.search(r"@media\s*\(prefers-color-scheme:\s*dark\)\s*\{\s*:root\s*\{([^}]*)\}", style)
    light = dict(TOKEN.findall(style[: at.start()] + style[at.end() :] if at else style))
    return {"light": light, "dark": {**light, **dict(TOKEN.findall(at[1] if at else ""))}}
