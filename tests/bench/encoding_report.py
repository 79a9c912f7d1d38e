#!/usr/bin/python3
"""Draws what `cratedex-bench encoding --json` or `encoding-http --json` measured, as one HTML file
that needs no other.

Usage: encoding_report.py JSON -o FILE.html

The plots are SVG by matplotlib (Debian's python3-matplotlib). Their colours are variables of the
page's style, so that they follow the reader's light or dark scheme.
"""

import argparse
import html
import io
import json
import re
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend comes first)

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import ratio_chart  # noqa: E402
from encoding_verdict import chart_groups, verdict, winner  # noqa: E402
from html_report import html_page, number, table  # noqa: E402
from ratio_chart import ticks_around  # noqa: E402

ENCODINGS = (("json", "JSON"), ("msgpack", "MessagePack"))
# Stand-ins in the drawing for variables of the style.
COLOURS = {"json": "#a10001", "msgpack": "#a10002", "text": "#a10003", "faint": "#a10004"}

STYLE = ratio_chart.STYLE + """
:root { --json: #b4540a; --msgpack: #1668b0; }
@media (prefers-color-scheme: dark) { :root { --json: #f0a35e; --msgpack: #6cb4f5; } }
.plots { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); }
svg { width: 100%; height: auto; display: block; } a { color: inherit; }
th:first-child, td:first-child { position: sticky; left: 0; background: var(--page);
                                 white-space: normal; min-width: 7.4rem; }
.verdict { font-size: 1.15rem; }
.json, .chart .json { color: var(--json); } .msgpack, .chart .msgpack { color: var(--msgpack); }
td.json, td.msgpack { font-weight: 600; } td small { font-weight: 400; } dt { font-weight: 600; }
dd { margin: 0 0 .4rem; }
"""


def with_interval(estimate):
    return (f"{number(estimate['value'])} <small>[{number(estimate['low'])}, "
            f"{number(estimate['high'])}]</small>")


def ratio_cell(operation):
    ratio = operation["ratio"]
    return (f'<td class="{winner(operation)}">{ratio["value"]:.3f} <small>[{ratio["low"]:.3f}, '
            f"{ratio['high']:.3f}]</small></td>")


def finish(figure):
    """The drawing as SVG whose colours are variables and whose texts are text."""
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", transparent=True, bbox_inches="tight")
    plt.close(figure)
    svg = drawn.getvalue()
    svg = svg[svg.index("<svg"):]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.S)
    for name, colour in COLOURS.items():
        svg = svg.replace(colour, f"var(--{name})")
    # Identifiers must be the document's only ones.
    finish.count = getattr(finish, "count", 0) + 1
    svg = re.sub(r'(id="|url\(#|href="#)', rf"\g<1>plot{finish.count}-", svg)
    return svg


def axes_of(names, ticks):
    figure, axes = plt.subplots(figsize=(5, 0.5 * len(names) + 0.5))
    axes.tick_params(colors=COLOURS["text"], labelsize=11)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(COLOURS["faint"])
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xscale("log")
    axes.minorticks_off()
    axes.set_xticks(ticks, [number(tick) for tick in ticks])
    axes.set_xlim(ticks[0], ticks[-1])
    axes.grid(axis="y", color=COLOURS["faint"], linewidth=0.6)
    axes.set_axisbelow(True)
    return figure, axes


def points(names, values, caption):
    """Two points a name on a logarithmic scale, with their intervals."""
    every = [value for encoding, _ in ENCODINGS for value in values[encoding]]
    figure, axes = axes_of(names, ticks_around(min(value["low"] for value in every),
                                               max(value["high"] for value in every)))
    for place, (encoding, _) in enumerate(ENCODINGS):
        at = [row + (place - 0.5) * 0.3 for row in range(len(names))]
        middle = [value["value"] for value in values[encoding]]
        errors = [[value["value"] - value["low"] for value in values[encoding]],
                  [value["high"] - value["value"] for value in values[encoding]]]
        axes.errorbar(middle, at, xerr=errors, fmt="os"[place], color=COLOURS[encoding],
                      markersize=6, elinewidth=2, clip_on=False)
    legend = " ".join(f'<span class="{encoding}">{"●■"[place]} {label}</span>'
                      for place, (encoding, label) in enumerate(ENCODINGS))
    return f"<figure><figcaption>{html.escape(caption)}: {legend}</figcaption>{finish(figure)}</figure>"


def ratios(names, operations):
    """Ratios with their intervals beside the line at 1."""
    estimates = [operation["ratio"] for operation in operations]
    low = min(1, *(ratio["low"] for ratio in estimates))
    high = max(1, *(ratio["high"] for ratio in estimates))
    figure, axes = axes_of(names, [0.5, 0.7, 1, 1.4, 2] if 0.5 <= low and high <= 2
                           else ticks_around(low, high))
    axes.axvline(1, color=COLOURS["text"], linewidth=1)
    for row, operation in enumerate(operations):
        ratio = operation["ratio"]
        colour = COLOURS[winner(operation) or "text"]
        axes.plot([ratio["low"], ratio["high"]], [row, row], color=colour, linewidth=3, clip_on=False)
        axes.plot(ratio["value"], row, "o", color=colour, markersize=6, clip_on=False)
    better = operations[0]["better"]
    return (f"<figure><figcaption>MessagePack / JSON, {better} is better</figcaption>"
            f"{finish(figure)}</figure>")


def exact(value):
    return {"value": value, "low": value, "high": value}


def bytes_part(pages):
    codings = ("raw", "gzip", "brotli", "zstd")
    rows = []
    for page in pages:
        row = [f"<td>{html.escape(page['name'])}</td>"]
        for coding in codings:
            size = page["bytes"][coding]
            row.append(f"<td>{number(size['json'])}</td><td>{number(size['msgpack'])} "
                       f"<small>× {size['ratio']:.2f}</small></td>")
        rows.append(row)
    titles = ["bytes"] + [title for coding in codings
                          for title in (f"{coding}, JSON", f"{coding}, MessagePack")]
    plots = []
    for coding in codings:
        values = {encoding: [exact(page["bytes"][coding][encoding]) for page in pages]
                  for encoding, _ in ENCODINGS}
        plots.append(points([page["name"] for page in pages], values, f"bytes, {coding}"))
    return ('<h2 id="bytes">Bytes of a body, as it is sent</h2><p>At the levels of the server; bodies below 860 bytes, '
            "and those that a coding does not make smaller, are sent as they are.</p>"
            f'<div class="plots">{"".join(plots)}</div>' + table(titles, rows))


def heading_of(operation):
    heading = operation["name"][0].upper() + operation["name"][1:]
    if "libraries" in operation:
        heading += f": JSON by {operation['libraries']['json']}, MessagePack by {operation['libraries']['msgpack']}"
    return heading


def counts_cells(operation):
    cells = []
    for count in ("instructions", "allocations"):
        counted = operation["counts"][count]
        ratio = f" <small>× {counted['msgpack'] / counted['json']:.2f}</small>" if counted["json"] else ""
        cells.append(f"<td>{number(counted['json'])}</td><td>{number(counted['msgpack'])}{ratio}</td>")
    return cells


def operation_part(pages, key):
    asked = [(page["name"], operation) for page in pages for operation in page["operations"]
             if operation["key"] == key]
    measured = [(name, operation) for name, operation in asked if "ratio" in operation]
    has_counts = all("counts" in operation for _, operation in measured)
    rows = []
    for name, operation in asked:
        row = [f"<td>{html.escape(name)}</td>"]
        if "ratio" in operation:
            row += [f"<td>{with_interval(operation['json'])}</td>", f"<td>{with_interval(operation['msgpack'])}</td>",
                    ratio_cell(operation),
                    f"<td class='words'>{html.escape(operation['verdict'])}</td>"]
            row += counts_cells(operation) if has_counts else []
        else:
            row.append('<td colspan="4" class="words">not reported: the rate saturates</td>')
        rows.append(row)
    first = asked[0][1]
    titles = [first["unit"], "JSON", "MessagePack", "ratio", "verdict"]
    if has_counts and measured:
        titles += ["instructions, JSON", "MessagePack", "allocations, JSON", "MessagePack"]
    plots = ""
    if measured:
        names = [name for name, _ in measured]
        values = {encoding: [operation[encoding] for _, operation in measured] for encoding, _ in ENCODINGS}
        plots = (f'<div class="plots">{points(names, values, first["unit"])}'
                 f"{ratios(names, [operation for _, operation in measured])}</div>")
    return (f'<h2 id="{html.escape(key)}">{html.escape(heading_of(first))}</h2>{plots}'
            + table(titles, rows, ["words" if title == "verdict" else "" for title in titles])
            + (singles_table(measured) if "singles" in first else ""))


def overview(pages, keys):
    """Every ratio at a glance."""
    rows = []
    for coding in ("raw", "gzip", "brotli", "zstd") if "bytes" in pages[0] else ():
        cells = [page["bytes"][coding]["ratio"] for page in pages]
        rows.append([f'<td><a href="#bytes">Bytes, {coding}</a></td>']
                    + [f'<td class="{"msgpack" if ratio < 1 else "json" if ratio > 1 else ""}">{ratio:.2f}</td>'
                       for ratio in cells])
    for key in keys:
        operations = [next(operation for operation in page["operations"] if operation["key"] == key)
                      for page in pages]
        row = [f'<td><a href="#{html.escape(key)}">{html.escape(heading_of(operations[0]))}</a></td>']
        for operation in operations:
            ratio = operation.get("ratio")
            row.append("<td>saturated</td>" if ratio is None else
                       f'<td class="{winner(operation)}">{ratio["value"]:.2f}</td>')
        rows.append(row)
    return ('<h2>Overview: MessagePack / JSON</h2><p>Coloured where an encoding is better for certain: '
            '<span class="json">JSON</span>, <span class="msgpack">MessagePack</span>. More is better for '
            "throughput, less for all else.</p>"
            + table([""] + [html.escape(page["name"]) for page in pages], rows))


def method(result):
    text = (f"Medians of {result['rounds']} interleaved runs; 95 % intervals by the bootstrap "
            f"({result['resamples']:,} resamples), ratios resampled by round. A verdict stands only where the whole "
            "interval lies on one side of 1. ")
    if result["benchmark"] == "encoding":
        return text + ("Processor time of one thread for an answer; in Node.js of the process, with the collector of "
                       "garbage. To read is to visit every value of what was decoded. Bytes and allocations are exact, "
                       "instructions nearly.")
    return text + (f"{result['connections']} keep-alive connections, one server thread, no content coding. Latency is "
                   "measured in an open loop, from when a request was due, also while it waits for a connection, so "
                   f"that it is corrected for coordinated omission; a run has {result['least_requests']} requests or "
                   "more; a rate that saturates the server has no latency. Throughput and processor time are measured "
                   f"at full load in a closed loop, {result['run_seconds']:g} s a run.")


def conditions(result):
    machine, index = result["machine"], result["index"]
    entries = {
        "Machine": f"{machine['processor']}, {machine['cores']} cores, {machine['kernel']}, "
                   f"{machine['compiler']}",
        "Index": f"{index['path']}: {index['crates']:,} crates, dump of {index['dump_timestamp']}",
        "Method": method(result),
    }
    if "libraries" in result:
        entries["Libraries"] = ", ".join(f"{name} {version}" for name, version in result["libraries"].items())
    for client in result.get("clients", ()):
        missing = f"not all was measured: {client['missing']}" if client["missing"] else ""
        entries[client["language"]] = "; ".join(filter(None, (client["runtime"], missing)))
    for page in result["pages"]:
        n_answers = len(page["targets"])
        entries[page["name"][0].upper() + page["name"][1:]] = (
            page["targets"][0] + (f" and {n_answers - 1} more; figures are of one answer, their mean"
                                  if n_answers > 1 else ""))
    return "<dl>" + "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(text)}</dd>"
                            for name, text in entries.items()) + "</dl>"


def opening(result):
    """The verdict, and one chart of the first page."""
    page = result["pages"][0]
    caption = (f"MessagePack / JSON ({html.escape(page['name'])}) with 95 % intervals; better for certain: "
               '<span class="msgpack">MessagePack</span>, <span class="json">JSON</span>')
    return (f'<p class="verdict">{html.escape(verdict(result)).replace(" %", "&nbsp;%")}</p>'
            + ratio_chart.ratio_chart(caption, chart_groups(page)))


def singles_rows(operation):
    return [f"<td>{times[key]:,.1f}</td>" for times in (operation["singles"][encoding] for encoding, _ in ENCODINGS)
            for key in ("p50_us", "p90_us", "p99_us")]


def singles_table(measured):
    """How long single decodings took."""
    titles = ["one, by the clock, microseconds"] + [f"{label} {part}" for _, label in ENCODINGS
                                                    for part in ("p50", "p90", "p99")]
    return table(titles, [[f"<td>{html.escape(name)}</td>", *singles_rows(operation)] for name, operation in measured])


def page_of(result):
    pages = result["pages"]
    keys = list(dict.fromkeys(operation["key"] for page in pages
                              for operation in page["operations"]))
    parts = "\n".join(operation_part(pages, key) for key in keys)
    heading = "JSON against MessagePack: what an answer of Cratedex costs"
    if "bytes" not in pages[0]:
        heading += " through HTTP"
    body = f"""{opening(result)}
{overview(pages, keys)}
{bytes_part(pages) if "bytes" in pages[0] else ""}
{parts}
<h2>Conditions</h2>{conditions(result)}"""
    return html_page("Cratedex: JSON against MessagePack", heading, STYLE, body)


def main():
    parser = argparse.ArgumentParser(description="HTML report of cratedex-bench encoding --json")
    parser.add_argument("json", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    result = json.loads(options.json.read_text(encoding="utf-8"))
    if result.get("benchmark") not in ("encoding", "encoding-http") or not result["pages"]:
        sys.exit(f"{options.json}: not a result of cratedex-bench encoding or encoding-http")
    plt.rcParams["svg.fonttype"] = "none"
    plt.rcParams["svg.hashsalt"] = "cratedex"
    plt.rcParams["font.family"] = "sans-serif"
    options.output.write_text(page_of(result), encoding="utf-8")


if __name__ == "__main__":
    main()
