"""Part 4, code changes: what git says, and both sides measured in one run."""

from document import TITLES, Heading, Table, Text, with_interval


def verdict_of(row):
    return row["verdict"] + (": a regression" if row["is_regression"] else "")


def side_by_side(report):
    compared = report["compare"]
    if compared is None:
        return [Text(f"Not measured side by side: {report['compare_missing'].rstrip('.')}.")]
    rows = [(TITLES.get(row["path"], row["path"]), row["unit"].replace("_", " "), with_interval(row["base"]),
             with_interval(row["head"]), with_interval(row["ratio"]), verdict_of(row)) for row in compared["paths"]]
    return [Heading("Both sides, interleaved"),
            Text(f"`make bench-compare`, {compared['rounds']} rounds; medians with 95 % intervals, ratio after / "
                 "before."),
            Table(("path", "unit", "before", "after", "ratio", "verdict"), rows)]


def changes(report):
    changed = report["changes"]
    is_dirty = ", and changes that are not committed" if report["commit"]["is_dirty"] else ""
    blocks = [Text(f"Since `{changed['since'][:12]}` ({changed['chosen']}): {len(changed['commits'])} commits"
                   f"{is_dirty}.")]
    if changed["areas"]:
        rows = [(f"`{area}`", *map(str, (of["files"], of["added"], of["removed"])))
                for area, of in changed["areas"].items()]
        blocks.append(Table(("area", "files", "lines added", "removed"), rows))
    blocks += side_by_side(report)
    if changed["commits"]:
        rows = [(f"`{commit}`", subject) for commit, subject in changed["commits"]]
        blocks += [Heading("Commits"), Table(("commit", "subject"), rows, prose=(1,))]
    return blocks
