#!/usr/bin/env python3
"""Writes a dump of any size whose crates follow the distribution of a real one.

    tests/bench/synthetic_dump.py SOURCE_DUMP N OUT_FOLDER [--seed S]

SOURCE_DUMP is an unpacked folder or a .tar.gz; OUT_FOLDER must not be there yet. It gets the tables that
decide what is found and in which order; owners, users and teams are left out, and of every crate's
versions only the default one is kept.

Up to the source's size the crates are a random sample of the source's, nested: with one seed, the crates
of a smaller N are among those of a larger one. Above it the whole source is kept and further crates are
recombined. Each has a donor, a random crate of the source, which gives the number of words of its
description and README, its keywords, categories, dependencies and version, and the punctuation of its
name. Words are drawn by Simon's model (1955): with a probability p a word that was never there before,
else one of all words written so far, each occurrence equally likely. So real words keep their frequency,
and p = beta * vocabulary / words makes the vocabulary grow by Heaps' law, vocabulary = K * words^beta;
beta is measured on the source. New words are the beginning of one word and the end of another.

Downloads go by rank: a further crate gets a random place on the source's curve of downloads by rank,
between two ranks by the power law through both (Zipf). One law for the whole curve would not do, because
its slope is 0.2 at the top and 2 in the tail.

Words are drawn independently, of each other, of the name and of the keywords. Two words occur together
as often as chance has it; and where a real description repeats its name, a recombined one says something
else, so a further crate has more different words and matches more queries: on npm-227k about 1.5 times
as many as a real one. Times above the source's size are therefore on the high side.
"""

import argparse
import array
import bisect
import csv
import io
import json
import math
import os
import random
import re
import sys
import tarfile

WORD = re.compile(r"\w+")
NAME_WORD = re.compile(r"[A-Za-z0-9]+")
NAME_WORDS = (2, 3)  # words of a recombined name
MAX_DRAWS = 8  # of a name that is there already, before it gets a new word
READ_ME_LIMIT = 2000  # words; the longest real ones are not worth their time


class Source:
    """The tables of a dump, each read on its own, row by row."""

    def __init__(self, path):
        self.path = path
        if not os.path.isdir(path) and not tarfile.is_tarfile(path):
            sys.exit(f"synthetic_dump.py: {path} is neither a folder nor a .tar.gz")

    def _open(self, file_name):
        """The first member of that name, or nothing."""
        if os.path.isdir(self.path):
            for folder, _, names in sorted(os.walk(self.path)):
                if file_name in names:
                    with open(os.path.join(folder, file_name), "rb") as member:
                        yield member
                    return
        else:
            with tarfile.open(self.path) as archive:
                for entry in archive:
                    if os.path.basename(entry.name) == file_name:
                        yield archive.extractfile(entry)
                        return

    def rows(self, table, *columns):
        """The table's rows as tuples of these columns; "" stands for a column that is not there."""
        for member in self._open(table + ".csv"):
            text = io.TextIOWrapper(member, encoding="utf-8", errors="replace", newline="")
            reader = csv.reader(text)
            header = {name: i for i, name in enumerate(next(reader))}
            places = [header.get(name) for name in columns]
            for row in reader:
                yield tuple("" if place is None else row[place] for place in places)

    def timestamp(self):
        for member in self._open("metadata.json"):
            return json.load(member)["timestamp"]
        sys.exit(f"synthetic_dump.py: {self.path} has no metadata.json")


class Words:
    """A growing text: all words written so far, and the vocabulary."""

    def __init__(self):
        self.vocabulary = []
        self.numbers = {}
        self.text = array.array("I")
        self.sizes = []  # (words, vocabulary) as the source is read
        self.beta = 0.0

    def read(self, words):
        for word in words:
            number = self.numbers.setdefault(word, len(self.vocabulary))
            if number == len(self.vocabulary):
                self.vocabulary.append(word)
            self.text.append(number)
        self.sizes.append((len(self.text), len(self.vocabulary)))

    def fit(self):
        """Heaps' exponent: the slope from half of the source's words to all."""
        words, vocabulary = self.sizes[-1] if self.sizes else (0, 0)
        half = bisect.bisect_left(self.sizes, (words // 2, 0))
        if words < 2 or self.sizes[half][0] == words:
            sys.exit("synthetic_dump.py: the source has too few words to draw more from")
        half_words, half_vocabulary = self.sizes[half]
        self.beta = math.log(vocabulary / half_vocabulary) / math.log(words / half_words)
        self.sizes = []

    def draw_new(self, chance):
        while True:
            first, last = (self.vocabulary[int(chance() * len(self.vocabulary))] for _ in "ab")
            word = first[: len(first) // 2 + 1] + last[len(last) // 2 :]
            if word not in self.numbers:
                break
            if chance() < 0.1:  # few letters, all combined: a longer word
                word = first + last
                if word not in self.numbers:
                    break
        self.read_one(word)
        return word

    def read_one(self, word):
        self.numbers[word] = len(self.vocabulary)
        self.text.append(len(self.vocabulary))
        self.vocabulary.append(word)

    def draw(self, chance):
        text = self.text
        if chance() * len(text) < self.beta * len(self.vocabulary):
            return self.draw_new(chance)
        number = text[int(chance() * len(text))]
        text.append(number)
        return self.vocabulary[number]


class Crate:
    """What a crate of the source hands on."""

    __slots__ = ("row", "version_id", "version", "downloads", "keywords", "categories", "dependencies")

    def __init__(self, row):
        self.row = row
        self.version_id = None
        self.version = ""
        self.downloads = 0
        self.keywords = []
        self.categories = []
        self.dependencies = []


CRATE_COLUMNS = (
    "id,name,description,homepage,documentation,repository,created_at,updated_at,readme"
).split(",")
VERSION_COLUMNS = (
    "num,created_at,updated_at,yanked,license,crate_size,tar_sha256,checksum,features,links,rust_version,"
    "edition,has_lib,bin_names"
).split(",")
DEPENDENCY_COLUMNS = "req,kind,optional,default_features,features,target,explicit_name".split(",")


def csv_text(fields):
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(fields)
    return line.getvalue()


def canonical(name):
    return name.lower().replace("-", "_")


def read_crates(source):
    """The source's crates by id, each with all that belongs to it, versions and downloads apart."""
    crates = {row[0]: Crate(row) for row in source.rows("crates", *CRATE_COLUMNS)}
    for crate_id, version_id in source.rows("default_versions", "crate_id", "version_id"):
        if crate_id in crates:
            crates[crate_id].version_id = version_id
    by_version = {crate.version_id: crate for crate in crates.values() if crate.version_id}
    for version_id, *fields in source.rows("versions", "id", *VERSION_COLUMNS):
        if version_id in by_version:
            by_version[version_id].version = csv_text(fields)
    for crate_id, downloads in source.rows("crate_downloads", "crate_id", "downloads"):
        if crate_id in crates:
            crates[crate_id].downloads = int(downloads)
    for table, column, member in (
        ("crates_keywords", "keyword_id", "keywords"),
        ("crates_categories", "category_id", "categories"),
    ):
        for crate_id, number in source.rows(table, "crate_id", column):
            if crate_id in crates:
                getattr(crates[crate_id], member).append(number)
    dependencies = source.rows("dependencies", "version_id", "crate_id", *DEPENDENCY_COLUMNS)
    for version_id, crate_id, *fields in dependencies:
        if version_id in by_version:
            by_version[version_id].dependencies.append((crate_id, csv_text(fields)))
    return {number: crate for number, crate in crates.items() if crate.version}


class Tables:
    """The dump that is written; the counts of keywords and categories are kept on the way."""

    COLUMNS = {
        "crates": CRATE_COLUMNS,
        "crate_downloads": ["crate_id", "downloads"],
        "default_versions": ["crate_id", "num_versions", "version_id"],
        "versions": ["id", "crate_id", "downloads", *VERSION_COLUMNS],
        "dependencies": ["id", "version_id", "crate_id", *DEPENDENCY_COLUMNS],
        "version_downloads": ["version_id", "date", "downloads"],
        "crates_keywords": ["crate_id", "keyword_id"],
        "crates_categories": ["crate_id", "category_id"],
        "keywords": ["id", "keyword", "crates_cnt", "created_at"],
        "categories": ["id", "category", "slug", "description", "crates_cnt", "created_at"],
        "metadata": ["total_downloads"],
    }

    def __init__(self, folder):
        self.folder = os.path.join(folder, "data")
        os.makedirs(self.folder)
        self.files = {}
        for table, columns in self.COLUMNS.items():
            path = os.path.join(self.folder, table + ".csv")
            self.files[table] = open(path, "w", encoding="utf-8", newline="", buffering=1 << 20)
            self.files[table].write(csv_text(columns))
        self.write_crate = csv.writer(self.files["crates"], lineterminator="\n").writerow
        self.n_dependencies = 0
        self.total_downloads = 0
        self.counts = {"keywords": {}, "categories": {}}

    def add(self, crate, row, version_id, downloads, is_kept):
        """A crate with its default version; `is_kept` says which dependencies' crates are there."""
        number = row[0]
        self.write_crate(row)
        self.files["crate_downloads"].write(f"{number},{downloads}\n")
        self.files["default_versions"].write(f"{number},1,{version_id}\n")
        self.files["versions"].write(f"{version_id},{number},{downloads},{crate.version}")
        for needed, fields in crate.dependencies:
            if is_kept(needed):
                self.n_dependencies += 1
                self.files["dependencies"].write(f"{self.n_dependencies},{version_id},{needed},{fields}")
        for keyword in crate.keywords:
            self.files["crates_keywords"].write(f"{number},{keyword}\n")
            self.counts["keywords"][keyword] = self.counts["keywords"].get(keyword, 0) + 1
        for category in crate.categories:
            self.files["crates_categories"].write(f"{number},{category}\n")
            self.counts["categories"][category] = self.counts["categories"].get(category, 0) + 1
        self.total_downloads += downloads

    def finish(self, source):
        for table in ("keywords", "categories"):
            counts = self.counts[table]
            columns = self.COLUMNS[table]
            place = columns.index("crates_cnt")
            for row in source.rows(table, *columns):
                fields = list(row)
                fields[place] = counts.get(row[0], 0)
                self.files[table].write(csv_text(fields))
        self.files["metadata"].write(f"{self.total_downloads}\n")
        for file in self.files.values():
            file.close()


def copy_version_downloads(source, tables, version_ids):
    """Copies the rows of these versions. Returns the dates and what a version has of them: the number of
    rows of one, and the share of its downloads that the rows have in all."""
    dates = {}
    n_rows = 0
    recent = 0
    write = tables.files["version_downloads"].write
    for version_id, date, downloads in source.rows("version_downloads", "version_id", "date", "downloads"):
        if version_id in version_ids:
            write(f"{version_id},{date},{downloads}\n")
            dates[date] = True
            n_rows += 1
            recent += int(downloads)
    a_version = min(len(dates), max(1, round(n_rows / max(1, len(version_ids)))))
    return sorted(dates)[len(dates) - a_version :], recent / max(1, tables.total_downloads)


class Recombiner:
    """Draws further crates from the source's."""

    def __init__(self, crates, generator):
        self.chance = generator.random
        self.crates = list(crates.values())
        self.text = Words()
        self.names = Words()
        self.shapes = []
        self.taken = set()
        self.curve = sorted((crate.downloads for crate in self.crates), reverse=True)
        for crate in self.crates:
            name = crate.row[1]
            self.text.read(word.lower() for word in WORD.findall(crate.row[2]))
            words = NAME_WORD.findall(name)
            self.names.read(word.lower() for word in words)
            if len(words) in NAME_WORDS:
                self.shapes.append(NAME_WORD.sub("{}", name.replace("{", "").replace("}", "")))
            self.taken.add(canonical(name))
        self.text.fit()
        self.names.fit()

    def pick(self, items):
        return items[int(self.chance() * len(items))]

    def name(self):
        shape = self.pick(self.shapes)
        n_words = shape.count("{}")
        for _ in range(MAX_DRAWS):
            name = shape.format(*[self.names.draw(self.chance) for _ in range(n_words)])
            if canonical(name) not in self.taken:
                break
        while canonical(name) in self.taken:
            name = shape.format(*[self.names.draw_new(self.chance) for _ in range(n_words)])
        self.taken.add(canonical(name))
        return name

    def words(self, like, limit):
        n_words = min(len(WORD.findall(like)), limit)
        return " ".join([self.text.draw(self.chance) for _ in range(n_words)])

    def downloads(self):
        place = self.chance() * (len(self.curve) - 1)
        rank = int(place)
        above, below = (math.log1p(self.curve[rank + i]) for i in (0, 1))
        return int(math.expm1(above + (below - above) * (place - rank)))

    def crate(self, number):
        donor = self.pick(self.crates)
        _, old_name, description, homepage, documentation, repository, created, updated, readme = donor.row
        name = self.name()
        links = (link.replace(old_name, name) for link in (homepage, documentation, repository))
        description = self.words(description, READ_ME_LIMIT)
        readme = self.words(readme, READ_ME_LIMIT)
        return donor, (str(number), name, description, *links, created, updated, readme), self.downloads()


def write_dump(source, n_crates, folder, seed):
    generator = random.Random(seed)
    crates = read_crates(source)
    if not crates:
        sys.exit(f"synthetic_dump.py: {source.path} has no crate with a default version")
    order = list(crates)
    generator.shuffle(order)
    kept = set(order[:n_crates])
    tables = Tables(folder)
    for number in (number for number in crates if number in kept):
        crate = crates[number]
        tables.add(crate, crate.row, crate.version_id, crate.downloads, kept.__contains__)
    version_ids = {crates[number].version_id for number in kept}
    dates, recent_share = copy_version_downloads(source, tables, version_ids)
    if n_crates > len(crates):
        recombiner = Recombiner(crates, generator)
        number = max(map(int, crates))
        version_id = max(map(int, version_ids))
        for _ in range(n_crates - len(crates)):
            number += 1
            version_id += 1
            donor, row, downloads = recombiner.crate(number)
            tables.add(donor, row, version_id, downloads, kept.__contains__)
            for date in dates:
                recent = int(downloads * recent_share / len(dates))
                tables.files["version_downloads"].write(f"{version_id},{date},{recent}\n")
    tables.finish(source)
    with open(os.path.join(folder, "metadata.json"), "w", encoding="utf-8") as metadata:
        json.dump({"timestamp": source.timestamp(), "crates_io_commit": "synthetic"}, metadata)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("source", metavar="SOURCE_DUMP")
    parser.add_argument("n_crates", metavar="N", type=int)
    parser.add_argument("folder", metavar="OUT_FOLDER")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.n_crates < 1:
        parser.error("N must be at least 1")
    if os.path.exists(options.folder):
        parser.error(f"{options.folder} is there already")
    csv.field_size_limit(1 << 30)
    write_dump(Source(options.source), options.n_crates, options.folder, options.seed)


if __name__ == "__main__":
    main()
