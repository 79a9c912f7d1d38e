"""What a change of the plan should gain, by Amdahl's law: where a part takes the share s of a path's processor time and
a change takes away the part r of it, the path takes 1 - s * r of what it took."""

import re
import typing

from candidates import CANDIDATES

LEAST_SHARE = 0.005  # below which a part does not show: a few samples
LOOK_HERE = 5


class Item(typing.NamedTuple):
    candidate: object
    share: float  # of its path
    predicted: float  # ratio of the path's processor time, after to before


def matches(candidate, component, caller):
    return re.search(candidate.component, component) is not None and re.search(candidate.caller, caller) is not None


def share_of(candidate, placed):
    """`placed`: [(component, caller, share)] of the candidate's path."""
    return sum(share for component, caller, share in placed if matches(candidate, component, caller))


def predicted_ratio(share, removable):
    return 1 - share * removable


def rank(side, candidates=None):
    """The items whose part shows in `side` ({path: figures with "shares"}), the largest gain first. `candidates` are
    CANDIDATES unless given."""
    items = []
    for candidate in candidates or CANDIDATES:
        share = share_of(candidate, side[candidate.path]["shares"]) if candidate.path in side else 0
        if share >= LEAST_SHARE:
            items.append(Item(candidate, share, predicted_ratio(share, candidate.removable)))
    return sorted(items, key=lambda item: (item.predicted, item.candidate.key))


def uncovered(path, placed, candidates=None, limit=LOOK_HERE):
    """The largest (component, caller, share) of a path that no candidate covers."""
    ours = [candidate for candidate in candidates or CANDIDATES if candidate.path == path]
    left = [row for row in placed if not any(matches(candidate, row[0], row[1]) for candidate in ours)]
    return sorted(left, key=lambda row: -row[2])[:limit]


def done_by(candidate, subjects):
    """The subject of the commit that did it, or None."""
    if candidate.done is None:
        return None
    return next((subject for subject in subjects if re.search(candidate.done, subject)), None)


def combined_ratio(items):
    """Of several changes of one path, whose parts do not overlap."""
    return 1 - sum(1 - item.predicted for item in items)
