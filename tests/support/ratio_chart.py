"""Ratios with their intervals as one drawing: SVG without a library, in the colours of the page around it. A row is a
point and a line on a logarithmic scale beside the line at 1, with its name before and its figures behind it."""

import html
import math

from html_report import number

STYLE = """
.chart svg { display: block; width: 100%; min-width: 38rem; height: auto; font-size: 13px; }
.chart text { fill: var(--text); } .chart .heading { font-weight: 600; } .chart .tick, .chart .figures { opacity: .8; }
.chart .grid { stroke: var(--faint); } .chart .one { stroke: var(--text); } .chart .row { color: var(--text); }
.chart .mark { fill: currentColor; stroke: currentColor; }
"""
WIDTH, LEFT, RIGHT, LINE = 720, 250, 140, 22


def ticks_around(low, high, most_with_steps=30):
    """Round numbers, the first at most `low` and the last at least `high`, for a logarithmic scale; between powers of
    ten up to a span of `most_with_steps`."""
    steps = (1, 2, 5) if high / low < most_with_steps else (1,)
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    ticks = [step * 10.0 ** power for power in range(first, last + 1) for step in steps]
    begin = max(place for place, tick in enumerate(ticks) if tick <= low)
    end = min((place for place, tick in enumerate(ticks) if tick >= high), default=begin)
    return ticks[begin:max(end, begin + 1) + 1]


def figures(ratio):
    if ratio["low"] == ratio["high"]:
        return f"{ratio['value']:.2f}"
    return f"{ratio['value']:.2f} [{ratio['low']:.2f}, {ratio['high']:.2f}]"


def ratio_chart(caption, groups):
    """`caption` is HTML, `groups` are [(heading, [(name, {"value", "low", "high"}, class)])] in text, of which each
    has a row; the class colours a row by its `color`, where it has one."""
    ratios = [ratio for _, rows in groups for _, ratio, _ in rows]
    ticks = ticks_around(min([1] + [ratio["low"] for ratio in ratios]), max([1] + [ratio["high"] for ratio in ratios]),
                         200)
    span = math.log(ticks[-1] / ticks[0])

    def across(value):
        return LEFT + (WIDTH - LEFT - RIGHT) * math.log(value / ticks[0]) / span

    drawn, top = [], LINE
    for heading, rows in groups:
        drawn.append(f'<text class="heading" x="0" y="{top + 5}">{html.escape(heading)}</text>')
        top += LINE
        for name, ratio, kind in rows:
            low, middle, high = (round(across(ratio[key]), 1) for key in ("low", "value", "high"))
            drawn.append(
                f'<g class="row {kind}"><text x="14" y="{top + 5}">{html.escape(name)}</text>'
                f'<line class="mark" x1="{low}" x2="{high}" y1="{top}" y2="{top}" stroke-width="4"/>'
                f'<circle class="mark" cx="{middle}" cy="{top}" r="5"/>'
                f'<text class="figures" x="{WIDTH}" y="{top + 5}" text-anchor="end">{figures(ratio)}</text></g>')
            top += LINE
    grid = []
    for tick in ticks:
        at = round(across(tick), 1)
        grid.append(f'<line class="{"one" if tick == 1 else "grid"}" x1="{at}" x2="{at}" y1="{LINE / 2}" y2="{top}"/>'
                    f'<text class="tick" x="{at}" y="{top + 18}" text-anchor="middle">{number(tick)}</text>')
    words = "; ".join(f"{name} {figures(ratio)}" for _, rows in groups for name, ratio, _ in rows)
    return (f'<figure class="chart"><figcaption>{caption}</figcaption><div class="scroll">'
            f'<svg viewBox="0 0 {WIDTH} {top + 24}" role="img" aria-label="{html.escape(words)}">'
            f'{"".join(grid)}{"".join(drawn)}</svg></div></figure>')
