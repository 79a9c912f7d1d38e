"""Part 6, monitoring: what would notice that a path became slower again."""

import plan
from document import TITLES, Table, Text
from monitoring import WATCHES, defined_names


def monitoring(report):
    defined = defined_names()
    items = plan.rank(report["paths"]["head"])

    def named(names):
        return ", ".join(f"`{name}`" + ("" if name in defined else " (not defined)") for name in names)

    rows = []
    for path, watch in WATCHES.items():
        guarded = "; ".join(item.candidate.change for item in items if item.candidate.path == path)
        rows.append((TITLES[path], f"`{watch.metric}`", named(watch.rules), named(watch.alerts), watch.sees,
                     guarded or "–"))
    alerts = dict.fromkeys(name for watch in WATCHES.values() for name in watch.alerts)
    return [
        Text("What would notice that a path became slower again. Rules and alerts are those of `scripts/monitoring`; "
             "before a release, `make bench-compare` and the instruction counts see smaller changes."),
        Table(("path", "metric", "recording rules", "alerts", "sees", "changes of the plan it guards"), rows,
              prose=(1, 2, 3, 4, 5)),
        Table(("alert", "fires when"),
              [(f"`{name}`", f"`{defined.get(name, 'not defined')}`") for name in alerts], prose=(1,)),
    ]
