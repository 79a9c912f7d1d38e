#!/usr/bin/env python3
"""How long the server takes for pages of results, by its own Server-Timing, each a miss.

    page_time.py PORT QUERIES [PARAMETERS [PATH]]
    cut -f 2 ../shared/data/typed-dev.tsv | page_time.py PORT /dev/stdin

QUERIES: a file with a query at the beginning of each line, up to a tab; a final `*` (an unfinished
word in queries-npm.txt) is no part of it. PARAMETERS stand behind `q=…`: `facets=none&highlight=0`.
PATH: /search, or the API's /api/v1/crates. Prints quantiles in microseconds of the parts, which the
header names, and of all that is computed; compression is asked for, and told by itself."""
import http.client
import re
import statistics
import sys
import urllib.parse


def ask(connection, target):
    connection.request("GET", target, headers={"Accept-Encoding": "zstd"})
    response = connection.getresponse()
    response.read()
    timing = dict(re.findall(r"(\w+);dur=([\d.]+)", response.headers["Server-Timing"] or ""))
    if response.status != 200 or response.headers["X-Cache"] != "miss":
        return None
    return {name: float(milliseconds) * 1000 for name, milliseconds in timing.items()}


def main():
    port, queries = sys.argv[1], sys.argv[2]
    parameters = "&" + sys.argv[3] if len(sys.argv) > 3 and sys.argv[3] else ""
    path = sys.argv[4] if len(sys.argv) > 4 else "/search"
    with open(queries, encoding="utf-8") as file:
        texts = dict.fromkeys(line.rstrip("\n").split("\t")[0].removesuffix("*") for line in file)
    connection = http.client.HTTPConnection("127.0.0.1", int(port))
    times = []
    for text in texts:
        time = ask(connection, f"{path}?q={urllib.parse.quote_plus(text)}{parameters}")
        if time is not None:
            time["computed"] = time["search"] + time["assemble"]
            times.append(time)
    if len(times) < 2:
        sys.exit("page_time: no page was a miss: restart the server, or ask for others")
    print(f"{len(times)} pages, each a miss")
    for name in ("search", "assemble", "computed", "compress"):
        quantiles = statistics.quantiles([time[name] for time in times], n=100)
        p50, p90, p99 = quantiles[49], quantiles[89], quantiles[98]
        print(f"{name:9} p50 {p50:6.0f} µs  p90 {p90:6.0f}  p99 {p99:6.0f}")


if __name__ == "__main__":
    main()
