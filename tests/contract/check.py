#!/usr/bin/env python3
"""Asks a server of each index for every path of an OpenAPI document and validates what it answers.

    tests/contract/check.py --server PROGRAM [--document FILE] [--crates N] INDEX…

Documents: crates.io's (FILE; where it is not there, that part is skipped with a line) and our own, as the
server gives it. Every operation of a document is one test a data set: answers to known good parameters
must have the status and, closed to members that are not declared, the schema that the document says; bad
ones must be refused in the form that it says. Our own document also says where MessagePack must equal JSON.
What it says of the paths for operators is asked at the admin address of another server.
What crates.io writes must be refused: 403 or 405. Before that the validators themselves are tested.

The last line is "N passed, N failed" (", N skipped"); exit 1 where one failed. Needs Debian's
python3-jsonschema, python3-rfc3339 and python3-msgpack.
"""

import argparse
import http.client
import json
import os
import sys
import time
import unittest
from urllib.parse import urlsplit

import msgpack

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "support"))
from known_values import KnownValues  # noqa: E402
from requests_of_paths import filled, requests_of  # noqa: E402
from running_server import running_server  # noqa: E402
from strict_schema import Document  # noqa: E402

SEED = 20261101
FAULTS_SHOWN = 4
VERDICTS = {"passed": "       OK", "failed": "  FAILED ", "skipped": "  SKIPPED"}
OWN_DOCUMENT = os.path.join(os.path.dirname(__file__), "..", "..", "server", "endpoints", "openapi.json")
AUDIENCE = "x-cratedex-audience"
NEVER_THE_SAME = "private, no-store"  # figures of a moment: members are compared, and no values
LOGIN = "this action requires authentication"

# What contract.md calls ours, in the objects of crates.io's document.
EXTENSIONS = (
    ("#/components/schemas/Crate", ("explanation", "highlights", "matched_in")),
    (
        "#/paths/~1api~1v1~1crates/get/responses/200/content/application~1json/schema/properties/meta",
        ("did_you_mean", "relaxed", "read_as", "hints", "facets"),
    ),
)


class Client:
    """One keep-alive connection, that never follows a redirect."""

    def __init__(self, url):
        self.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)

    def ask(self, method, target, accept, headers=None):
        """Returns (status, headers, body)."""
        self.connection.request(method, target, headers={"Accept": accept, **(headers or {})})
        response = self.connection.getresponse()
        return response.status, response.headers, response.read()


def media_type_of(headers, document_types):
    """The Content-Type as the document names it: in full, or without its parameters."""
    full = headers.get("Content-Type", "")
    return full if full in document_types else full.split(";")[0]


def details_of(decoded):
    return [error.get("detail") for error in decoded.get("errors", [])]


def names_in(value):
    """The names of members, in order, of all objects but those in lists."""
    return {name: names_in(member) for name, member in value.items()} if isinstance(value, dict) else None


class Walk:
    """One document against one server."""

    def __init__(self, client, document, values, compares_encodings):
        self.client = client
        self.document = document
        self.values = values
        self.compares_encodings = compares_encodings

    def get_faults(self, path, operation, request):
        status, headers, body = self.client.ask("GET", request.target, request.accept)
        if status != request.status:
            return [f"status {status}, not {request.status}: {body[:200]!r}"]
        if status == 302:
            return [] if headers.get("Location") else ["a redirect without Location"]
        response = self.document.response(operation, status)
        if response is None:
            return [f"the document does not say what status {status} is"]
        content = response.get("content", {})
        media_type = media_type_of(headers, content)
        if content and media_type not in content:
            return [f"the document has no {media_type}"]
        if media_type != "application/json":
            return [] if body else ["an empty body"]
        decoded = json.loads(body)
        faults = self.document.faults(path, "get", status, media_type, decoded)
        if request.detail is not None and details_of(decoded) != [request.detail]:
            faults.append(f"refused with {details_of(decoded)}, not {request.detail!r}")
        if self.compares_encodings and "application/msgpack" in content:
            faults += self.encoding_faults(request, status, decoded)
        return faults

    def encoding_faults(self, request, status, decoded):
        """The same in MessagePack: equal values, members in the same order."""
        other_status, headers, body = self.client.ask("GET", request.target, "application/msgpack")
        if other_status != status or headers.get("Content-Type") != "application/msgpack":
            return [f"MessagePack: status {other_status}, {headers.get('Content-Type')}"]
        other = msgpack.unpackb(body)
        if headers.get("Cache-Control") == NEVER_THE_SAME:
            other, decoded = names_in(other), names_in(decoded)
        if json.dumps(other) != json.dumps(decoded):
            return ["MessagePack and JSON differ"]
        return []

    def write_faults(self, path, method):
        """A write: refused for the want of a login, or because the path only reads."""
        target = filled(path, *["1"] * path.count("{"))
        status, headers, body = self.client.ask(method.upper(), target, "application/json")
        details = details_of(json.loads(body))
        if status == 403 and details == [LOGIN]:
            return []
        if status == 405 and details and headers.get("Allow"):
            return []
        return [f"status {status}, Allow {headers.get('Allow')}: {body[:200]!r}"]

    def action_faults(self, path, operation):
        """What only operators may do: with the headers that the document names, and refused without them."""
        required = {p["name"]: p["schema"]["enum"][0] for p in operation["parameters"] if p["in"] == "header"}
        faults = []
        for headers, wanted in (({}, 403), (required, 200)):
            bodies = []
            for media_type, read in (("application/json", json.loads), ("application/msgpack", msgpack.unpackb)):
                status, answered, body = self.client.ask("POST", path, media_type, headers)
                bodies.append(read(body))
                if status != wanted or answered.get("Content-Type") != media_type:
                    faults.append(f"status {status}, {answered.get('Content-Type')}: {body[:200]!r}")
                faults += self.document.faults(path, "post", status, media_type, bodies[-1])
            if list(bodies[0]) != list(bodies[1]):
                faults.append("MessagePack and JSON differ")
        return faults

    def operation_faults(self, path, method, operation):
        """(number of requests, [(target, fault)])"""
        if AUDIENCE in self.document.document["paths"][path] and method == "post":
            return 4, [(f"POST {path}", fault) for fault in self.action_faults(path, operation)]
        if method != "get":
            return 1, [(f"{method.upper()} {path}", f) for f in self.write_faults(path, method)]
        n_requests = 0
        faults = []
        for request in requests_of(path, operation, self.values):
            n_requests += 1
            faults += [(request.target, f) for f in self.get_faults(path, operation, request)]
        return n_requests, faults

    def run(self, name, counts):
        """Counts every operation, one for which the index has no values as skipped."""
        for path, method, operation in self.document.operations():
            started = time.monotonic()
            n_requests, faults = self.operation_faults(path, method, operation)
            seconds = time.monotonic() - started
            outcome = "failed" if faults else "passed" if n_requests else "skipped"
            counts[outcome] += 1
            print(f"[{VERDICTS[outcome]} ] {name}: {method.upper()} {path}: {n_requests} requests, {seconds:.1f} s")
            for target, fault in faults[:FAULTS_SHOWN]:
                print(f"    {target}: {fault}")
            if len(faults) > FAULTS_SHOWN:
                print(f"    … and {len(faults) - FAULTS_SHOWN} more")


def documents_of(client, registry_path):
    """(name, Document, whether encodings are compared) of those that are there."""
    if registry_path and os.path.exists(registry_path):
        with open(registry_path, encoding="utf-8") as file:
            yield "crates.io", Document(json.load(file), EXTENSIONS), False
    status, _, body = client.ask("GET", "/api/openapi.json", "application/json")
    if status != 200:
        sys.exit(f"check.py: /api/openapi.json: status {status}")
    yield "ours", Document(json.loads(body)), True


def test_validators(counts):
    """Runs test_strict_schema.py: what finds no fault must be able to find one."""
    here = os.path.dirname(os.path.abspath(__file__))
    result = unittest.TextTestRunner(stream=sys.stdout).run(unittest.TestLoader().discover(here))
    n_failed = len({str(test) for test, _ in result.failures + result.errors})
    counts["failed"] += n_failed
    counts["passed"] += result.testsRun - n_failed


def walk_index(options, index, counts):
    name = os.path.basename(index).removesuffix(".cdx")
    values = KnownValues(index, SEED, options.crates)
    with running_server(options.server, index) as url:
        client = Client(url)
        for document_name, document, compares_encodings in documents_of(client, options.document):
            walk = Walk(client, document, values, compares_encodings)
            walk.run(f"{name}, {document_name}", counts)


def walk_admin(options, index, counts):
    """Our document's paths that are for operators, at an address that is theirs."""
    name = os.path.basename(index).removesuffix(".cdx")
    urls = []
    with open(OWN_DOCUMENT, encoding="utf-8") as file:
        document = json.load(file)
    document["paths"] = {path: item for path, item in document["paths"].items() if AUDIENCE in item}
    with running_server(options.server, index, "--admin-listen", "127.0.0.1:0", urls=urls):
        walk = Walk(Client(urls[1]), Document(document), KnownValues(index, SEED, 1), True)
        walk.run(f"{name}, ours, for operators", counts)


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("--server", required=True)
    arguments.add_argument("--document", help="crates.io's OpenAPI document")
    arguments.add_argument("--crates", type=int, default=120, help="how many are drawn")
    arguments.add_argument("indexes", nargs="+", metavar="INDEX")
    options = arguments.parse_args()
    counts = dict.fromkeys(("passed", "failed", "skipped"), 0)
    test_validators(counts)
    if not (options.document and os.path.exists(options.document)):
        print("contract: crates.io's document is not there; only our own is looked at")
        counts["skipped"] += 1
    for index in options.indexes:
        walk_index(options, index, counts)
    walk_admin(options, options.indexes[0], counts)
    print(", ".join(f"{n} {outcome}" for outcome, n in counts.items() if n or outcome != "skipped"))
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
