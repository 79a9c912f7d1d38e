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
from html_report import html_page, number, table  # noqa: E402

ENCODINGS = (("json", "JSON"), ("msgpack", "MessagePack"))
# Stand-ins in the drawing for variables of the style.
COLOURS = {"json": "#a10001", "msgpack": "#a10002", "text": "#a10003", "faint": "#a10004"}

STYLE = """
:root { --json: #b4540a; --msgpack: #1668b0; }
@media (prefers-color-scheme: dark) { :root { --json: #f0a35e; --msgpack: #6cb4f5; } }
.plots { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(19rem, 1fr)); }
svg { width: 100%; height: auto; display: block; }
dt { font-weight: 600; } dd { margin: 0 0 .4rem; }
"""


def with_interval(estimate):
    return (f"{number(estimate['value'])} <small>[{number(estimate['low'])}, "
            f"{number(estimate['high'])}]</small>")


def ratio_cell(ratio, verdict):
    state = ' class="decided"' if verdict else ""
    return (f"<td{state}>{ratio['value']:.3f} <small>[{ratio['low']:.3f}, "
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


def axes_of(n_rows):
    figure, axes = plt.subplots(figsize=(5, 0.62 * n_rows + 0.7))
    axes.tick_params(colors=COLOURS["text"], labelsize=11)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(COLOURS["faint"])
    axes.invert_yaxis()
    return figure, axes


def points(names, values, unit):
    """Two points a name on a logarithmic scale, with their intervals."""
    figure, axes = axes_of(len(names))
    for place, (encoding, label) in enumerate(ENCODINGS):
        at = [row + (place - 0.5) * 0.3 for row in range(len(names))]
        middle = [value["value"] for value in values[encoding]]
        errors = [[value["value"] - value["low"] for value in values[encoding]],
                  [value["high"] - value["value"] for value in values[encoding]]]
        axes.errorbar(middle, at, xerr=errors, fmt="os"[place], color=COLOURS[encoding],
                      label=label, markersize=6, elinewidth=2)
    axes.set_yticks(range(len(names)), names)
    axes.set_xscale("log")
    axes.grid(axis="y", color=COLOURS["faint"], linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel(f"{unit}, logarithmic", color=COLOURS["text"], fontsize=11)
    axes.legend(frameon=False, labelcolor=COLOURS["text"], fontsize=10, ncol=2,
                loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0)
    return finish(figure)


def ratios(names, estimates):
    """Ratios with their intervals beside the line at 1."""
    figure, axes = axes_of(len(names) * 0.75)
    axes.axvline(1, color=COLOURS["text"], linewidth=1)
    for row, ratio in enumerate(estimates):
        axes.plot([ratio["low"], ratio["high"]], [row, row], color=COLOURS["msgpack"], linewidth=3)
        axes.plot(ratio["value"], row, "o", color=COLOURS["msgpack"], markersize=6)
    axes.set_yticks(range(len(names)), names)
    axes.set_xlim(0, max(1.2, 1.05 * max(ratio["high"] for ratio in estimates)))
    axes.set_xlabel("MessagePack / JSON", color=COLOURS["text"], fontsize=11)
    return finish(figure)


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
        drawing = points([page["name"] for page in pages], values, "bytes")
        plots.append(f"<figure><figcaption>{coding}</figcaption>{drawing}</figure>")
    return ("<h2>Bytes of a body, as it is sent</h2><p>At the server's levels; bodies below 860 bytes, and those "
            "that a coding does not make smaller, are sent as they are.</p>"
            f'<div class="plots">{"".join(plots)}</div>' + table(titles, rows))


def operation_part(pages, key):
    measured = [(page, operation) for page in pages for operation in page["operations"]
                if operation["key"] == key]
    if not measured:
        return ""
    first = measured[0][1]
    names = [page["name"] for page, _ in measured]
    has_counts = all("counts" in operation for _, operation in measured)
    rows = []
    for page, operation in measured:
        row = [f"<td>{html.escape(page['name'])}</td>",
               f"<td>{with_interval(operation['json_us'])}</td>",
               f"<td>{with_interval(operation['msgpack_us'])}</td>",
               ratio_cell(operation["ratio"], operation["verdict"]),
               f"<td class='words'>{html.escape(operation['verdict'])}</td>"]
        for count in ("instructions", "allocations") if has_counts else ():
            counted = operation["counts"][count]
            row.append(f"<td>{number(counted['json'])}</td><td>{number(counted['msgpack'])}</td>")
        rows.append(row)
    titles = ["microseconds", "JSON", "MessagePack", "ratio", "verdict"]
    if has_counts:
        titles += ["instructions, JSON", "MessagePack", "allocations, JSON", "MessagePack"]
    libraries = first["libraries"]
    values = {encoding: [operation[f"{encoding}_us"] for _, operation in measured]
              for encoding, _ in ENCODINGS}
    times = points(names, values, "microseconds an answer")
    beside = ratios(names, [operation["ratio"] for _, operation in measured])
    heading = first["name"][0].upper() + first["name"][1:]
    if libraries["json"] != "HTTP":
        heading += f": JSON by {libraries['json']}, MessagePack by {libraries['msgpack']}"
    return (f"<h2>{html.escape(heading)}</h2>"
            f'<div class="plots"><figure>{times}</figure><figure>{beside}</figure></div>'
            + table(titles, rows))


def method(result):
    text = (f"Medians of {result['rounds']} interleaved runs; 95 % intervals by the bootstrap, ratios "
            "resampled by round. A verdict stands only where the whole interval lies on one side of 1. ")
    if result["benchmark"] == "encoding":
        return text + ("Processor time of one thread. Bytes and allocations are exact, instructions nearly. "
                       f"Python: {result['python']}.")
    return text + (f"Each run asks for {result['run_seconds']:g} s over {result['connections']} keep-alive "
                   "connections, without content coding; latency counts from when a request was due (open loop), "
                   "and is left out where the rate saturates the server. Microseconds of processor time a request "
                   "are seconds a million requests.")


def conditions(result):
    machine, index = result["machine"], result["index"]
    entries = {
        "Machine": f"{machine['processor']}, {machine['cores']} cores, {machine['kernel']}, "
                   f"{machine['compiler']}",
        "Index": f"{index['path']}: {index['crates']:,} crates, dump of {index['dump_timestamp']}",
        "Method": method(result),
    }
    for page in result["pages"]:
        n_answers = len(page["targets"])
        entries[page["name"][0].upper() + page["name"][1:]] = (
            page["targets"][0] + (f" and {n_answers - 1} more; figures are of one answer, their mean"
                                  if n_answers > 1 else ""))
    return "<dl>" + "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(text)}</dd>"
                            for name, text in entries.items()) + "</dl>"


def page_of(result):
    pages = result["pages"]
    keys = list(dict.fromkeys(operation["key"] for page in pages
                              for operation in page["operations"]))
    parts = "\n".join(operation_part(pages, key) for key in keys)
    body = f"""{bytes_part(pages) if "bytes" in pages[0] else ""}
{parts}
<h2>Conditions</h2>{conditions(result)}"""
    return html_page("Cratedex: JSON against MessagePack", "JSON against MessagePack: what an answer of Cratedex costs",
                STYLE, body)


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
