#!/usr/bin/env python3
"""Draws what `cratedex-bench cache … --json` printed: hit ratios by the cache's size, as SVG, by gnuplot.

    build/cratedex-bench cache INDEX --queries FILE --json >cache.json
    tests/bench/cache_plot.py cache.json cache.svg"""

import json
import shutil
import subprocess
import sys

SERIES = (("hit_ratio", "S3-FIFO (ours)"), ("lru_hit_ratio", "LRU"), ("belady_hit_ratio", "Belady (offline)"))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    if shutil.which("gnuplot") is None:
        sys.exit("cache_plot: gnuplot is not installed (scripts/install-deps --bench)")
    with open(sys.argv[1], encoding="utf-8") as file:
        measured = json.load(file)
    quoted = sys.argv[2].replace("'", "''")
    commands = ["set terminal svg size 800,500 background rgb 'white'", f"set output '{quoted}'",
                "set logscale x 2", "set xlabel 'cache, MiB'", "set ylabel 'hit ratio'", "set yrange [0:1]",
                "set grid", "set key bottom right", "$sizes << EOD"]
    for size in measured["sizes"]:
        commands.append(" ".join([str(size["max_bytes"] >> 20)] + [str(size[key]) for key, _ in SERIES]))
    commands.append("EOD")
    commands.append("plot " + ", ".join(f"$sizes using 1:{column} with linespoints title '{title}'"
                                        for column, (_, title) in enumerate(SERIES, start=2)))
    subprocess.run(["gnuplot"], input="\n".join(commands), text=True, check=True)


if __name__ == "__main__":
    main()
