"""That a strict document takes what it says and refuses everything else."""

import unittest

from requests_of_paths import filled, shape_of
from strict_schema import Document

DOCUMENT = {
    "openapi": "3.1.0",
    "paths": {
        "/things/{id}": {
            "get": {
                "responses": {
                    "200": {"$ref": "#/components/responses/Thing"},
                    "4XX": {"content": {"application/json": {"schema": {"type": "string"}}}},
                }
            }
        }
    },
    "components": {
        "responses": {
            "Thing": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
        },
        "schemas": {
            "Thing": {
                "type": "object",
                "required": ["id", "at"],
                "properties": {
                    "id": {"type": "integer", "format": "int32"},
                    "at": {"type": ["string", "null"], "format": "date-time"},
                    "kind": {"type": "string", "enum": ["a", "b"]},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
                    "map": {"type": "object", "additionalProperties": {"type": "integer"}},
                },
            },
            "Part": {
                "allOf": [
                    {"type": "object", "properties": {"n": {"type": "integer"}}},
                    {"type": "object", "properties": {"m": {"type": "integer"}}, "required": ["m"]},
                ]
            },
        },
    },
}
GOOD = {"id": 1, "at": "2026-11-01T02:00:00.5Z"}


class StrictSchema(unittest.TestCase):
    def faults(self, body, status=200, extensions=()):
        document = Document(DOCUMENT, extensions)
        return document.faults("/things/{id}", "get", status, "application/json", body)

    def test_takes_what_it_says(self):
        more = {"kind": "b", "parts": [{"n": 1, "m": 2}, {"m": 3}], "map": {"any": 1}}
        for body in (GOOD, {**GOOD, "at": None}, {**GOOD, **more}):
            self.assertEqual(self.faults(body), [])
        self.assertEqual(self.faults("gone", 404), [])

    def test_refuses_everything_else(self):
        bodies = (
            {**GOOD, "undeclared": 1},
            {"id": 1},
            {**GOOD, "id": None},
            {**GOOD, "id": "1"},
            {**GOOD, "id": 2**31},
            {**GOOD, "id": 1.5},
            {**GOOD, "at": "2026-11-01 02:00:00"},
            {**GOOD, "at": "2026-11-01T02:00:00+00:00"},
            {**GOOD, "at": "2026-13-01T02:00:00Z"},
            {**GOOD, "kind": "c"},
            {**GOOD, "parts": [{"n": 1}]},
            {**GOOD, "parts": [{"m": 1, "undeclared": 1}]},
            {**GOOD, "map": {"any": "text"}},
        )
        for body in bodies:
            with self.subTest(body=body):
                self.assertNotEqual(self.faults(body), [])
        self.assertNotEqual(self.faults(GOOD, 404), [])

    def test_remembers_only_what_is_without_fault(self):
        document = Document(DOCUMENT)
        good, bad = {"m": 1}, {"m": "1"}
        for part in (good, bad, good, bad, bad):
            body = {**GOOD, "parts": [part]}
            faults = document.faults("/things/{id}", "get", 200, "application/json", body)
            self.assertEqual(bool(faults), part is bad)
        # Without fault as a part, and none of the things.
        self.assertNotEqual(document.faults("/things/{id}", "get", 200, "application/json", good), [])

    def test_takes_an_extension_where_it_is_one(self):
        extension = (("#/components/schemas/Thing", ("ours",)),)
        self.assertEqual(self.faults({**GOOD, "ours": 1}, extensions=extension), [])
        self.assertNotEqual(self.faults({**GOOD, "mine": 1}, extensions=extension), [])

    def test_knows_what_statuses_there_are(self):
        document = Document(DOCUMENT)
        operation = document.document["paths"]["/things/{id}"]["get"]
        self.assertIsNotNone(document.response(operation, 200))
        self.assertIsNotNone(document.response(operation, 418))
        self.assertIsNone(document.response(operation, 302))

    def test_fills_paths(self):
        self.assertEqual(shape_of("/a/{name}/{version}/b"), "/a/{}/{}/b")
        self.assertEqual(filled("/a/{name}/{n}", "x y", "1.0.0+b"), "/a/x%20y/1.0.0%2Bb")
