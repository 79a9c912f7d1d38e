#!/usr/bin/env python3
"""Names of several words that are being typed, as judged queries for train.py: `serde js` wants serde_json.

    tests/relevance/unfinished_names.py INDEX

Writes a line a query in the form of the judgements. The names are N_NAMES of the most popular crates' that
have a separator, always the same; spaces stand for it, and of the last word at least two letters are typed
and one is missing.
"""

import random
import re
import sqlite3
import sys

from evaluate import UNFINISHED

N_NAMES = 100
N_POPULAR = 3000
NAME = re.compile(r"([a-z0-9]{2,}[-_])+[a-z0-9]{3,}")


def main():
    path = sys.argv[1]
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    rows = database.execute("SELECT name FROM crates WHERE rank <= ? ORDER BY rank", (N_POPULAR,))
    names = [name for name, in rows if NAME.fullmatch(name)]
    chance = random.Random(5)
    for name in chance.sample(names, N_NAMES):
        *words, last = re.split("[-_]", name)
        typed = " ".join([*words, last[: chance.randint(2, len(last) - 1)]])
        print(f"{typed}\t{name}:3\t{UNFINISHED}")


if __name__ == "__main__":
    main()
