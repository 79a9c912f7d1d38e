#!/usr/bin/env python3
"""What the judged queries do not teach, as queries for train.py in the form of the judgements.

    tests/relevance/lessons.py INDEX JUDGEMENTS

Names of several words that are being typed: `serde js` wants serde_json. The names are N_NAMES of the most
popular crates' that have a separator, always the same; spaces stand for it, and of the last word at least
two letters are typed and one is missing. And what people complained about (complaints.py): a popular crate
that hardly anybody calls by its name. Queries that are judged are left out.
"""

import random
import re
import sqlite3
import sys

from complaints import DEAD_NAMES, FONT_PARSERS
from evaluate import COMPLAINT, UNFINISHED, read_judgements

N_NAMES = 100
N_POPULAR = 3000
NAME = re.compile(r"([a-z0-9]{2,}[-_])+[a-z0-9]{3,}")


def print_lesson(query, crates, source):
    print(f"{query}\t{','.join(f'{crate}:3' for crate in crates)}\t{source}")


def print_unfinished_names(path):
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    rows = database.execute("SELECT name FROM crates WHERE rank <= ? ORDER BY rank", (N_POPULAR,))
    names = [name for name, in rows if NAME.fullmatch(name)]
    chance = random.Random(5)
    for name in chance.sample(names, N_NAMES):
        *words, last = re.split("[-_]", name)
        typed = " ".join([*words, last[: chance.randint(2, len(last) - 1)]])
        print_lesson(typed, [name], UNFINISHED)


def main():
    index, judgements = sys.argv[1:]
    judged = {query for query, _, _ in read_judgements(judgements)}
    print_unfinished_names(index)
    for query, crates in {**DEAD_NAMES, **FONT_PARSERS}.items():
        if query not in judged:
            print_lesson(query, crates, COMPLAINT)


if __name__ == "__main__":
    main()
