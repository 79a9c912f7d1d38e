"""What changed since a commit, from git, and both sides measured in one run by `make bench-compare`."""

import collections
import json
import subprocess
from tools import ROOT, ReportError, bounded, run

RESULT = ROOT / "build" / "compare" / "result.json"
COMPARE_LIMIT = 2400
LEAST_ROUNDS = 5  # COMPARE_MIN_ROUNDS in tests/bench/bench_compare_figures.h


def git(*words):
    return run(["git", "-C", ROOT, *words], 60).strip()


def find_since(asked):
    """The commit to compare with, and how it was chosen."""
    try:
        head = git("rev-parse", "HEAD")
    except ReportError as error:
        why = str(error).rpartition("\n")[2]
        raise ReportError(f"git cannot tell what changed in {ROOT}, which the report is about ({why}): run it in a "
                          "clone with its history") from error
    if asked is not None:
        try:
            return git("rev-parse", "--verify", "--quiet", f"{asked}^{{commit}}"), f"`--since {asked}`"
        except ReportError as error:
            raise ReportError(f"--since {asked}: git knows no such commit") from error
    tags = git("tag", "--merged", "HEAD", "--sort=-creatordate").split()
    for tag in tags:
        commit = git("rev-list", "-n", "1", tag)
        if commit != head:
            return commit, f"the latest tag, `{tag}`"
    for merge in git("log", "--merges", "-n", "2", "--format=%H").split():
        if merge != head:
            return merge, "the merge before this commit"
    commits = git("rev-list", "-n", "21", "HEAD").split()
    return commits[-1], f"{len(commits) - 1} commits back, for there is no tag and no merge"


def commits_since(since):
    """[(short hash, subject)], newest first."""
    lines = git("log", "--no-merges", "--format=%h%x09%s", f"{since}..HEAD").splitlines()
    return [tuple(line.split("\t", 1)) for line in lines]


def area_of(path):
    """`tests/bench/x.c` belongs to tests/bench, `Makefile` to the top level."""
    folders = path.split("/")[:-1]
    return "/".join(folders[:2]) or "top level"


def files_by_area(since):
    """{area: {"files", "added", "removed"}} in lines."""
    areas = collections.defaultdict(lambda: {"files": 0, "added": 0, "removed": 0})
    for line in git("diff", "--numstat", "--no-renames", since).splitlines():
        added, removed, path = line.split("\t", 2)
        area = areas[area_of(path)]
        area["files"] += 1
        area["added"] += int(added) if added != "-" else 0
        area["removed"] += int(removed) if removed != "-" else 0
    return dict(sorted(areas.items(), key=lambda one: -one[1]["added"] - one[1]["removed"]))


def reason_of(printed):
    """The line of a comparison that failed which says why. Behind it, make says that something failed."""
    lines = printed.strip().splitlines() or ["it printed nothing"]
    reasons = [line for line in lines if line.startswith(("bench-compare: ", "cratedex-bench: "))]
    return (reasons or lines)[-1]


def compare(since, dump, queries, rounds):
    """(result of bench-compare, None), or (None, why there is none)."""
    RESULT.unlink(missing_ok=True)
    command = ["make", "--no-print-directory", "bench-compare", f"BASE={since}", f"DUMP={dump}", f"QUERIES={queries}"]
    if rounds is not None:
        command.append(f"ROUNDS={rounds}")
    try:
        done = bounded(command, COMPARE_LIMIT, subprocess.STDOUT, cwd=ROOT)
    except subprocess.TimeoutExpired:
        return None, f"`make bench-compare` was not done within {COMPARE_LIMIT} s"
    # Status 1 with a result says that something became slower: that is for the report to say.
    if not RESULT.exists():
        return None, f"`make bench-compare` failed: {reason_of(done.stdout)}"
    return json.loads(RESULT.read_text(encoding="utf-8")), None


def base_programs(since):
    """The folder where bench-compare left the programs of the other side, and the sources they were built from."""
    folder = ROOT / "build" / "compare" / since
    return folder / "build", folder
