"""What can be asked of an index, read from its file: names that exist, drawn by a seeded generator."""

import contextlib
import random
import sqlite3


class KnownValues:
    """Parameters of paths. The same file and seed give the same values."""

    def __init__(self, index, seed, n_crates):
        self.random = random.Random(seed)
        with contextlib.closing(sqlite3.connect(f"file:{index}?mode=ro", uri=True)) as database:
            self.read = lambda sql, *values: database.execute(sql, values).fetchall()
            self.crates = self.draw_crates(n_crates)
            self.keywords = self.draw("SELECT keyword FROM keywords ORDER BY id", 30)
            self.categories = self.draw("SELECT slug FROM categories ORDER BY id", 1000)
            self.users = self.draw("SELECT id, login FROM users ORDER BY id", 30)
            self.teams = self.draw("SELECT login FROM teams ORDER BY id", 30)
            self.has_crate_new = bool(self.read("SELECT 1 FROM crates WHERE lower(name) = 'new'"))

    def draw(self, sql, n):
        rows = self.read(sql)
        return self.random.sample(rows, min(n, len(rows)))

    def draw_crates(self, n):
        """(name, numbers of its versions): the most popular and those with the most versions, which are
        where it is hard, and random ones."""
        popular = self.read("SELECT id, name FROM crates ORDER BY rank LIMIT 10")
        large = self.read("SELECT id, name FROM crates ORDER BY num_versions DESC, rank LIMIT 5")
        drawn = self.draw("SELECT id, name FROM crates ORDER BY rank", n)
        crates = []
        for crate_id, name in dict.fromkeys(popular + large + drawn):
            rows = self.read("SELECT num FROM versions WHERE crate_id = ? ORDER BY id", crate_id)
            crates.append((name, [num for (num,) in rows]))
        return crates

    def versions(self, n_each):
        """(name, number of a version) of all crates, `n_each` of each at most."""
        for name, numbers in self.crates:
            for number in self.random.sample(numbers, min(n_each, len(numbers))):
                yield name, number
