#!/usr/bin/env python3
"""Writes a dump like another in which every crate was downloaded once more, as of the next night: an index of it
answers every search that finds anything otherwise, and in the same order.

    tests/bench/next_dump.py DUMP OUT_FOLDER

DUMP is a folder, a .tar.gz or a .zip; OUT_FOLDER must not be there yet."""

import csv
import pathlib
import shutil
import sys


def copy(dump, folder):
    if dump.is_dir():
        shutil.copytree(dump, folder)
    else:
        shutil.unpack_archive(dump, folder)


def add_a_download(path):
    with open(path, newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    place = head.index("downloads")
    for row in rows:
        row[place] = str(int(row[place]) + 1)
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: tests/bench/next_dump.py DUMP OUT_FOLDER")
    dump, folder = map(pathlib.Path, sys.argv[1:])
    if folder.exists():
        sys.exit(f"{folder} is already there")
    copy(dump, folder)
    tables = list(folder.rglob("crate_downloads.csv"))
    if not tables:
        sys.exit(f"{dump} has no crate_downloads.csv")
    for table in tables:
        table.chmod(0o644)
        add_a_download(table)


if __name__ == "__main__":
    main()
