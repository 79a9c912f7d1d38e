"""Parts 3 and 5: what could be gained, and whether what was done gained it."""

import math

import plan
from document import (SHOWN_SHARE, TITLES, Heading, Table, Text, asked_by, compared_path, figure, percent,
                      with_interval)

METHOD = ("Ranked by expected gain. A change that removes the part r of a component with the share s makes its path "
          "1 − s·r of what it was (Amdahl). Shares are those of this profile; the removable parts are judgements, with "
          "their reasons, in `tests/report/candidates.py`.")
SHOWN_MOVES = 8


def subjects_of(report):
    return [subject for _, subject in report["changes"]["commits"]]


# ---- Part 3 ----

def plan_row(place, item, path, subjects):
    """An item of the plan out of today's profile; `path` are the figures of its path."""
    candidate = item.candidate
    reason = candidate.reason
    if plan.done_by(candidate, subjects):
        reason += " (done; this is what is left)"
    return (place, candidate.change, f"{item.predicted:.3f}", TITLES[candidate.path], percent(item.share),
            f"{figure(item.share * path['cost'])} of {figure(path['cost'], path['unit'])}",
            f"{candidate.removable:.0%}", reason)


def optimization(report):
    head, subjects = report["paths"]["head"], subjects_of(report)
    rows = [plan_row(place, item, head[item.candidate.path], subjects)
            for place, item in enumerate(plan.rank(head), start=1)]
    left = [(share, component, caller, name) for name, path in head.items()
            for component, caller, share in plan.uncovered(name, path["shares"]) if share >= SHOWN_SHARE]
    return [
        Text(METHOD),
        Table(("rank", "change", "predicted ratio", "path", "share", "measured", "removable", "why that much"), rows,
              prose=(1, 7)),
        Heading("Look here: the largest parts that no change covers"),
        Table(("component", "path", "share"), [(asked_by(component, caller), TITLES[name], percent(share))
                                               for share, component, caller, name in sorted(left, reverse=True)]),
    ]


# ---- Part 5 ----

def earlier_row(place, item, base_path, head_path, subject):
    """An item of the plan as it stood before: what its part cost, should cost once it is done, and costs now."""
    candidate = item.candidate
    before = item.share * base_path["cost"]
    after = plan.share_of(candidate, head_path["shares"]) * head_path["cost"]
    return (place, candidate.change, f"{item.predicted:.3f}", TITLES[candidate.path], percent(item.share),
            figure(before), figure(before * (1 - candidate.removable)), figure(after),
            f"done: {subject}" if subject else "open")


def path_row(report, name, items):
    """A path: what the items (those that are done, of all paths) should have made of it, and what was measured."""
    predicted = plan.combined_ratio([item for item in items if item.candidate.path == name])
    compared = compared_path(report, name)
    sides = report["paths"]
    of_runs = f"{sides['head'][name]['cost'] / sides['base'][name]['cost']:.3f}"
    if name == "build":  # whose cost is that of one build
        of_runs = "–" if compared else f"{of_runs} (one build each)"
    return (TITLES[name], f"{predicted:.3f}", with_interval(compared["ratio"]) if compared else "not compared", of_runs)


def earlier_blocks(report, items):
    """`items` is the plan out of the earlier side's profile."""
    base, head, subjects = report["paths"]["base"], report["paths"]["head"], subjects_of(report)
    rows = [earlier_row(place, item, base[item.candidate.path], head[item.candidate.path],
                        plan.done_by(item.candidate, subjects)) for place, item in enumerate(items, start=1)]
    blocks = [
        Heading("The plan as it stood before, and what became of it"),
        Text("Costs are those of the part, in its path's unit, from the profiles of the two sides; of the build, one "
             "build each."),
        Table(("rank", "change", "predicted ratio", "path", "share before", "cost before", "predicted", "now", "state"),
              rows, prose=(1, 8)),
    ]
    done = [item for item in items if plan.done_by(item.candidate, subjects)]
    if not done:
        return blocks + [Text("No commit since then does a change of the plan.")]
    paths = [path_row(report, name, done) for name in dict.fromkeys(item.candidate.path for item in done)]
    return blocks + [
        Heading("Paths: predicted and measured"),
        Table(("path", "predicted ratio, all that is done", "measured side by side [95 %]",
               "from the two profiles' runs"), paths),
    ]


def cost_of(path, component, caller):
    """A part's cost and the variance of that: of counting samples (a binomial's), and of the path's cost."""
    share = sum(found for *where, found in path["shares"] if where == [component, caller])
    counting = path["cost"] ** 2 * share * (1 - share) / path["samples"]
    return share * path["cost"], counting + (share * path["cost_error"]) ** 2


def moved(base_path, head_path):
    """The components whose cost changed by more than twice its standard error, the largest change first:
    [(component, caller, before, after)]."""
    rows = []
    for component, caller in {tuple(where) for path in (base_path, head_path) for *where, _ in path["shares"]}:
        before, before_variance = cost_of(base_path, component, caller)
        after, after_variance = cost_of(head_path, component, caller)
        if abs(after - before) > 2 * math.sqrt(before_variance + after_variance):
            rows.append((component, caller, before, after))
    return sorted(rows, key=lambda row: (-abs(row[3] - row[2]), row[0], row[1]))[:SHOWN_MOVES]


def moved_blocks(base, head):
    blocks = [Heading("What moved"),
              Text("Components whose cost changed by more than twice its standard error (of counting samples and of the "
                   "turns' costs); of some hundred, a few do by chance. The servers of both sides ran at the same time "
                   "and were asked in turn; the ratio of a whole path is better measured side by side, above.")]
    for name, path in head.items():
        rows = [(asked_by(component, caller), figure(before), figure(after), f"{after - before:+.3g}")
                for component, caller, before, after in moved(base[name], path)]
        if rows:
            blocks.append(Table((f"{TITLES[name]}, {path['unit']}", "before", "after", "change"), rows))
        else:
            blocks.append(Text(f"{TITLES[name]}: nothing."))
    return blocks


def expected(report):
    base, head = report["paths"].get("base"), report["paths"]["head"]
    done_keys, blocks = set(), []
    if base is None:
        blocks.append(Text(f"No earlier side was profiled ({report['compare_missing']}): there are predictions only."))
    else:
        subjects = subjects_of(report)
        items = plan.rank(base)
        done_keys = {item.candidate.key for item in items if plan.done_by(item.candidate, subjects)}
        blocks += earlier_blocks(report, items) + moved_blocks(base, head)
    rows = [(item.candidate.change, TITLES[item.candidate.path], percent(item.share), f"{item.predicted:.3f}")
            for item in plan.rank(head) if item.candidate.key not in done_keys]
    return blocks + [Heading("Open now: predictions"),
                     Table(("change", "path", "share", "predicted ratio"), rows, prose=(0,))]
