"""What the report begins with: the verdict in one or two sentences, as far as the intervals of the comparison allow
one, and a chart of the ratios that it rests on."""

from document import TITLES, Chart, Text, percent

REGRESSION = 1.05  # as bench-compare has it
CAPTION = "Processor time, after / before, with 95 % intervals"


def listed(rows):
    return ", ".join(f"{TITLES.get(row['path'], row['path']).lower()} (× {row['ratio']['value']:.2f})" for row in rows)


def changed(report):
    """The sentence about the comparison."""
    since, compared = report["changes"]["since"][:12], report["compare"]
    if compared is None:
        return f"Nothing is said of changes: {report['compare_missing'].rstrip('.')}."
    parts = []
    for verdict in ("faster", "slower", "undecided"):
        rows = [row for row in compared["paths"] if row["verdict"] == verdict]
        if rows:
            parts.append(f"{verdict} {listed(rows)}")
    regressions = [row for row in compared["paths"] if row["is_regression"]]
    if regressions:
        parts.append(f"a regression beyond {REGRESSION}: {listed(regressions)}")
    return f"Since `{since}`: {'; '.join(parts)}."


def largest(report):
    """The sentence about where the time of a miss goes, of which a share is counted in samples."""
    component, _, share = max(report["paths"]["head"]["miss"]["shares"], key=lambda one: one[2])
    return f"The largest part of a miss is {component}, {percent(share)} of its samples."


def opening(report):
    blocks = [Text(f"{changed(report)} {largest(report)}")]
    if report["compare"]:
        rows = [(TITLES.get(row["path"], row["path"]), row["ratio"], row["verdict"])
                for row in report["compare"]["paths"]]
        blocks.append(Chart(CAPTION, [("less is better", rows)]))
    return blocks
