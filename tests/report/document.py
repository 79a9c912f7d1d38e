"""The report before it is HTML or Markdown: an opening, and six parts, in this order and by these names; each a list of
blocks. Text may hold `code`."""

import typing

PARTS = ("Baseline metrics", "Bottleneck analysis", "Optimization plan", "Code changes", "Expected improvement",
         "Monitoring")
TITLES = {"build": "Build", "miss": "Miss", "compressed": "Compressed miss", "hit": "Hit", "suggest": "Suggest"}
SHOWN_SHARE = 0.01  # below which a component has no row


class Text(typing.NamedTuple):
    text: str


class Heading(typing.NamedTuple):
    text: str


class Table(typing.NamedTuple):
    """`prose` are the columns (from 0) with text that may wrap."""

    titles: tuple
    rows: list
    prose: tuple = ()


class Flame(typing.NamedTuple):
    """A flame graph: SVG in a file beside the report."""

    title: str
    file: str


class Chart(typing.NamedTuple):
    """Ratios, as ratio_chart has them; Markdown leaves them to the tables."""

    title: str
    groups: list


class Document(typing.NamedTuple):
    title: str
    opening: list
    parts: dict  # {name of PARTS: [block]}


def make_document(title, opening, parts):
    """Raises ValueError unless there are exactly the six parts, in order."""
    if tuple(parts) != PARTS:
        raise ValueError(f"a report has the parts {PARTS}, not {tuple(parts)}")
    return Document(title, opening, parts)


def percent(share):
    return f"{share:.1%}" if share < 0.9995 else "100%"


def asked_by(component, caller):
    """A component with the file of ours that its time was spent for."""
    return f"{component} ← `{caller}`" if caller and caller != component else component


def figure(value, unit=""):
    """Three digits that count; a dash for what was not measured."""
    if value is None:
        return "–"
    shown = f"{value:,.0f}" if value == 0 or abs(value) >= 100 else f"{value:.3g}"
    return f"{shown} {unit}".rstrip()


def mebibytes(n_bytes):
    return "–" if n_bytes is None else figure(n_bytes / (1 << 20), "MiB")


def compared_path(report, path):
    """What bench-compare measured of a path of both sides, or None. It knows no compressed misses."""
    rows = report["compare"]["paths"] if report["compare"] else []
    return next((row for row in rows if row["path"] == path), None)


def with_interval(estimate):
    return f"{figure(estimate['value'])} [{figure(estimate['low'])}, {figure(estimate['high'])}]"
