"""The report as a document: the opening's and each part's builder."""

import part_baseline
import part_bottlenecks
import part_changes
import part_monitoring
import part_plan
from document import PARTS, make_document
from opening import opening

BUILDERS = (part_baseline.baseline, part_bottlenecks.bottlenecks, part_plan.optimization, part_changes.changes,
            part_plan.expected, part_monitoring.monitoring)


def document_of(report):
    """`report` is what report.json holds."""
    title = f"Cratedex: performance report of {report['commit']['hash'][:12]}"
    return make_document(title, opening(report),
                         {name: build(report) for name, build in zip(PARTS, BUILDERS, strict=True)})
