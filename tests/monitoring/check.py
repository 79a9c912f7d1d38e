#!/usr/bin/env python3
"""scripts/monitoring against Prometheus' own tools and a server that runs: configuration and rules are valid,
alerts fire when they should, and what rules and dashboard ask for exists and has values.

Usage: check.py --programs FOLDER. Needs promtool and prometheus (Debian's package) and PyYAML.
"""

import argparse
import contextlib
import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "scripts" / "monitoring"
sys.path.insert(0, str(ROOT / "tests" / "support"))

from running_server import running_server  # pylint: disable=wrong-import-position

OPENMETRICS = "application/openmetrics-text"
SCRAPE_SECONDS = 60  # after which Prometheus must have a value for every expression

# What is asked before metrics are looked at, so that each family has samples.
ASKED = [
    ("/api/v1/crates?q=serde", {}),
    ("/api/v1/crates?q=serde", {}),
    ("/api/v1/crates?q=serde", {"Accept-Encoding": "gzip"}),
    ("/api/v1/crates?q=json", {"Accept": "application/msgpack", "Accept-Encoding": "zstd"}),
    ("/api/v1/summary", {"Accept-Encoding": "br"}),
    ("/api/v1/suggest?q=ser", {}),
    ("/index/se/rd/serde", {}),
    ("/api/v1/crates?page=0", {}),
]

# Expressions that have no value when all is well.
MAY_BE_EMPTY = re.compile(r'status=~"5\.\."|^changes\(')


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}"
    return done.stdout


def fetch(url, headers=None):
    """Status and body; errors of HTTP are answers, too."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers or {})) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def ask_all(url):
    for target, headers in ASKED:
        fetch(url + target, headers)


def dashboard():
    with open(FOLDER / "dashboard.json", encoding="utf-8") as file:
        return json.load(file)


def panels():
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def rules(name):
    import yaml  # pylint: disable=import-outside-toplevel

    with open(FOLDER / name, encoding="utf-8") as file:
        return [rule for group in yaml.safe_load(file)["groups"] for rule in group["rules"]]


def filled(expression):
    """A dashboard's expression as Grafana sends it."""
    return expression.replace("$__rate_interval", "5m").replace("$instance", ".+")


def expressions():
    """Every expression, with where it stands."""
    found = [(f"panel {panel['title']}", filled(target["expr"]))
             for panel in panels() for target in panel["targets"]]
    found += [("annotation", filled(annotation["expr"]))
              for annotation in dashboard()["annotations"]["list"]]
    for name in ("recording.yml", "alerts.yml"):
        found += [(rule.get("record") or rule["alert"], rule["expr"]) for rule in rules(name)]
    return found


def metric_names(expression):
    """The names of series in an expression: what is no label, no function and no keyword."""
    bare = re.sub(r"\{[^}]*\}|\[[^]]*\]|\"[^\"]*\"|\b[0-9][0-9a-z.]*", " ", expression)
    bare = re.sub(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)", " ", bare)
    names = re.findall(r"[a-zA-Z_][a-zA-Z0-9_:]*(?!\w)(?!\s*\()", bare)
    keywords = {"and", "or", "unless", "offset", "sum", "min", "max"}
    return {name for name in names if name not in keywords}


def label_names(expression):
    """The labels that an expression chooses or groups by."""
    chosen = re.findall(r"[{,]\s*([a-z_]+)\s*(?:=|!)", expression)
    grouped = re.findall(r"\b(?:by|on)\s*\(([^)]*)\)", expression)
    return set(chosen) | {label.strip() for labels in grouped for label in labels.split(",")}


class Checks:
    """The tests, each a method; `self.url` is the server."""

    def __init__(self, url):
        self.url = url
        self.port = urllib.parse.urlsplit(url).port

    def test_promtool_takes_the_configuration(self):
        run("promtool", "check", "config", str(FOLDER / "prometheus.yml"))

    def test_promtool_takes_the_rules(self):
        run("promtool", "check", "rules", str(FOLDER / "recording.yml"), str(FOLDER / "alerts.yml"))

    def test_alerts_fire_when_they_should(self):
        run("promtool", "test", "rules", str(FOLDER / "tests.yml"))

    def test_every_alert_is_tested_both_ways_and_documented(self):
        with open(FOLDER / "tests.yml", encoding="utf-8") as file:
            tests = file.read()
        with open(FOLDER / "README.md", encoding="utf-8") as file:
            readme = file.read()
        for rule in rules("alerts.yml"):
            name = rule["alert"]
            assert re.search(rf"alertname: {name}\n +exp_alerts", tests), f"{name} fires in no test"
            assert f"alertname: {name}}}" in tests, f"no test says when {name} does not fire"
            assert f"`{name}`" in readme, f"README.md does not say what {name} is for"

    def test_every_panel_is_documented(self):
        with open(FOLDER / "README.md", encoding="utf-8") as file:
            readme = file.read()
        for panel in panels():
            assert panel["title"] in readme, f"README.md does not name the panel {panel['title']}"

    def test_promtool_finds_nothing_in_the_metrics(self):
        ask_all(self.url)
        status, text = fetch(self.url + "/metrics")
        assert status == 200
        done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True,
                              check=False)
        assert done.returncode == 0 and not done.stdout and not done.stderr, done.stderr.decode()

    def test_openmetrics_is_parsed_and_says_the_same(self):
        from prometheus_client import openmetrics, parser  # pylint: disable=import-outside-toplevel
        import prometheus_client.openmetrics.parser  # pylint: disable=import-outside-toplevel

        ask_all(self.url)
        _, text = fetch(self.url + "/metrics")
        _, opened = fetch(self.url + "/metrics", {"Accept": OPENMETRICS})
        series = [
            {(sample.name, tuple(sorted(sample.labels.items())))
             for family in families for sample in family.samples}
            for families in (parser.text_string_to_metric_families(text.decode()),
                             openmetrics.parser.text_string_to_metric_families(opened.decode()))
        ]
        # The second answer has one request more in it: the first.
        assert {name for name, _ in series[0]} == {name for name, _ in series[1]}
        assert series[0] <= series[1], series[0] - series[1]

    def test_what_is_asked_for_exists(self):
        ask_all(self.url)
        fetch(self.url + "/metrics")
        _, text = fetch(self.url + "/metrics")
        exposed = re.findall(r"^([a-z_]+)(?:\{(.*)\})? ", text.decode(), re.MULTILINE)
        names = {name for name, _ in exposed} | {"up"}
        names |= {rule["record"] for rule in rules("recording.yml")}
        labels = {label for _, all_labels in exposed for label in re.findall(r'(\w+)="', all_labels)}
        labels |= {"job", "instance"}
        for place, expression in expressions():
            unknown = metric_names(expression) - names
            assert metric_names(expression), f"{place}: no name is found in {expression}"
            assert not unknown, f"{place}: there is no {unknown}"
            unknown = label_names(expression) - labels
            assert not unknown, f"{place}: no metric has the label {unknown}"

    def test_all_that_is_exposed_is_documented(self):
        ask_all(self.url)
        _, text = fetch(self.url + "/metrics")
        with open(ROOT / "server" / "telemetry" / "metrics.h", encoding="utf-8") as file:
            header = file.read()
        for start, names, end in re.findall(r"(\w*)\{([a-z,]+)\}(\w*)", header):
            header += " " + " ".join(start + name + end for name in names.split(","))
        for name in re.findall(r"^# TYPE (\w+) ", text.decode(), re.MULTILINE):
            assert re.search(rf"\b{name}\b", header), f"server/telemetry/metrics.h does not name {name}"

    def test_the_dashboard_is_well_formed(self):
        import jsonschema  # pylint: disable=import-outside-toplevel

        with open(pathlib.Path(__file__).with_name("dashboard.schema.json"), encoding="utf-8") as file:
            jsonschema.validate(dashboard(), json.load(file))
        everything = dashboard()["panels"]
        assert len({panel["id"] for panel in everything}) == len(everything), "an id occurs twice"
        taken = {}
        for panel in everything:
            place = panel["gridPos"]
            assert place["x"] + place["w"] <= 24, f"{panel['title']} is cut off"
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    other = taken.setdefault((x, y), panel["title"])
                    assert other == panel["title"], f"{panel['title']} lies over {other}"
        variables = {variable["name"] for variable in dashboard()["templating"]["list"]}
        used = set(re.findall(r"\$\{?(\w+)", json.dumps(dashboard()))) - {"__rate_interval", "__all"}
        assert used == variables, f"variables {variables}, used {used}"

    def test_prometheus_has_a_value_for_every_expression(self):
        with running_prometheus(self.port) as prometheus:
            deadline = time.monotonic() + SCRAPE_SECONDS
            waiting = [(place, expression) for place, expression in expressions()
                       if not MAY_BE_EMPTY.search(expression) and place not in alert_names()]
            for place, expression in expressions():
                value_of(prometheus, expression)
            while waiting:
                assert time.monotonic() < deadline, f"no value: {waiting}"
                ask_all(self.url)
                waiting = [one for one in waiting if not value_of(prometheus, one[1])]
            _, body = fetch(prometheus + "/api/v1/targets")
            target = json.loads(body)["data"]["activeTargets"][0]
            assert target["health"] == "up", target


def alert_names():
    return {rule["alert"] for rule in rules("alerts.yml")}


def value_of(prometheus, expression):
    """What Prometheus answers now: a list, empty where there is nothing."""
    query = urllib.parse.urlencode({"query": expression})
    status, body = fetch(f"{prometheus}/api/v1/query?{query}")
    assert status == 200, f"{expression}: {body.decode()}"
    return json.loads(body)["data"]["result"]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def running_prometheus(port):
    """A Prometheus with our configuration, but for the target's port and shorter intervals."""
    address = f"127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for name in ("prometheus.yml", "recording.yml", "alerts.yml"):
            shutil.copy(FOLDER / name, folder)
        config = (folder / "prometheus.yml").read_text(encoding="utf-8")
        config = config.replace("127.0.0.1:8888", f"127.0.0.1:{port}").replace("15s", "1s")
        (folder / "prometheus.yml").write_text(config, encoding="utf-8")
        command = ["prometheus", f"--config.file={folder}/prometheus.yml",
                   f"--storage.tsdb.path={folder}/data", f"--web.listen-address={address}"]
        with open(folder / "log", "w", encoding="utf-8") as log, \
                subprocess.Popen(command, stderr=log, stdout=log) as program:
            try:
                wait_until_ready(f"http://{address}/-/ready", program, folder / "log")
                yield f"http://{address}"
            finally:
                program.terminate()


def wait_until_ready(url, program, log):
    deadline = time.monotonic() + SCRAPE_SECONDS
    while True:
        with contextlib.suppress(urllib.error.URLError):
            if fetch(url)[0] == 200:
                return
        assert program.poll() is None and time.monotonic() < deadline, log.read_text(encoding="utf-8")
        time.sleep(0.1)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--programs", required=True, help="the build folder")
    programs = pathlib.Path(arguments.parse_args().programs)
    if not (shutil.which("promtool") and shutil.which("prometheus")):
        print("monitoring: skipped, for there is no promtool (scripts/install-deps --test)")
        print("0 passed, 0 failed, 1 skipped")
        return 0
    n_passed = n_failed = 0
    with tempfile.TemporaryDirectory() as folder:
        index = f"{folder}/sample.cdx"
        run(programs / "cratedex-index", "build", ROOT / "data", "-o", index, "--quiet")
        ranking = pathlib.Path(folder) / "ranking.conf"
        ranking.write_text("popularity = 0.5\n", encoding="utf-8")
        experiment = ("--ranking-b", str(ranking), "--ab", "request=50")
        with running_server(programs / "cratedex-server", index, *experiment) as url:
            checks = Checks(url)
            for name in (name for name in dir(Checks) if name.startswith("test_")):
                try:
                    getattr(checks, name)()
                    n_passed += 1
                    print(f"ok      {name}")
                except Exception as error:  # pylint: disable=broad-except
                    n_failed += 1
                    print(f"FAILED  {name}: {error}")
                    if not isinstance(error, AssertionError):
                        traceback.print_exc()
    print(f"{n_passed} passed, {n_failed} failed")
    return 1 if n_failed else 0


if __name__ == "__main__":
    sys.exit(main())
