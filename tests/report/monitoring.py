"""What would notice in production that a path became slower: names of scripts/monitoring's rules and alerts and of the
server's metrics, checked against the files there."""

import re
import typing
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "scripts" / "monitoring"


class Watch(typing.NamedTuple):
    metric: str
    rules: tuple
    alerts: tuple
    sees: str


DURATION = "cratedex_http_request_duration_seconds"
BY_CACHE = (f"instance_route_cache:{DURATION}:p50_5m", f"instance_route_cache:{DURATION}:p99_5m")
CPU = "instance:process_cpu_seconds:per_million_requests_5m"

WATCHES = {
    "build": Watch("cratedex_index_dump_timestamp_seconds", ("instance:cratedex_index_age:seconds",),
                   ("CratedexIndexOld", "CratedexIndexShrank"),
                   "a build that takes too long or fails: the index that is served gets old, or lost crates"),
    "miss": Watch(f"{DURATION}{{cache=\"miss\"}}", BY_CACHE, ("CratedexSlowMisses", "CratedexSlowQueries"),
                  "computed answers by route; queries over --slow-query-ms stand in the log with their plans"),
    "compressed": Watch(f"{DURATION}{{coding!=\"identity\"}}",
                        (f"instance_encoding_coding:{DURATION}:p99_5m",
                         "instance_route_encoding_coding:cratedex_http_response_bytes:mean5m"),
                        ("CratedexSlowMisses",), "latency and bytes by encoding and coding"),
    "hit": Watch(f"{DURATION}{{cache=\"hit\"}}", BY_CACHE + (CPU, "instance:cratedex_cache_hits:ratio_rate5m"),
                 ("CratedexSlowHits", "CratedexCacheHitRatioLow"),
                 "cached answers by route, processor time a million requests, and whether the cache still answers"),
    "suggest": Watch(f"{DURATION}{{route=\"suggest\"}}", BY_CACHE, ("CratedexSlowMisses", "CratedexSlowHits"),
                     "suggestions are a route of their own"),
}


def defined_names(folder=FOLDER):
    """{name: {"expression", "limit"}} of every recording rule and alert in the folder."""
    found = {}
    for file in ("recording.yml", "alerts.yml"):
        text = (folder / file).read_text(encoding="utf-8")
        for rule in re.split(r"^ +- (?=(?:alert|record): )", text, flags=re.M)[1:]:
            name = re.match(r"(?:alert|record): (\S+)", rule)[1]
            block = re.search(r"^ +expr: \|\n((?:^ {10,}.*\n?)+)", rule, re.M)
            inline = re.search(r"^ +expr: (.+)$", rule, re.M)
            found[name] = " ".join((block or inline)[1].split())
    return found


def missing_names(names, watches=None):
    """What WATCHES name that the files do not define."""
    return sorted({name for watch in (watches or WATCHES).values() for name in watch.rules + watch.alerts} - set(names))
