"""Validators out of an OpenAPI document that take nothing the document does not say.

JSON Schema lets objects have members that nobody declared. Here every object that declares members is
closed, the document's own copy left as it was, so that a misspelt member is found as one too many.
"""

import copy
import functools
import json

import jsonschema
import pyrfc3339

FORMATS = jsonschema.FormatChecker(formats=("date", "regex"))


@FORMATS.checks("date-time", raises=ValueError)
def is_date_time(value):
    """RFC 3339, and in UTC written as Z: what the contract says of timestamps."""
    if not isinstance(value, str):
        return True
    pyrfc3339.parse(value)
    return value.endswith("Z")


@FORMATS.checks("int32")
def is_int32(value):
    return not isinstance(value, int) or -(2**31) <= value < 2**31


@FORMATS.checks("int64")
def is_int64(value):
    return not isinstance(value, int) or -(2**63) <= value < 2**63


# Most of the time goes to asking of what type a value is, so that is asked in the shortest way.
TYPES = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}
KEYWORDS = jsonschema.Draft202012Validator.VALIDATORS


def type_keyword(validator, types, value, schema):
    """The keyword `type`. Numbers and all faults are jsonschema's to judge."""
    for name in (types,) if isinstance(types, str) else types:
        if name in TYPES and TYPES[name](value):
            return ()
    return KEYWORDS["type"](validator, types, value, schema)


def reference_keyword():
    """The keyword `$ref`, for one document, that remembers in what it found no fault: the same version or
    person stands in many answers, and whether a value is valid depends on it and the schema alone."""
    faultless = set()

    def keyword(validator, reference, value, schema):
        known_as = (reference, json.dumps(value))
        if known_as in faultless:
            return
        has_faults = False
        for error in KEYWORDS["$ref"](validator, reference, value, schema):
            has_faults = True
            yield error
        if not has_faults:
            faultless.add(known_as)

    return keyword


def at_pointer(document, reference):
    """What a reference within the document points at (RFC 6901)."""
    node = document
    for step in reference.removeprefix("#/").split("/"):
        node = node[step.replace("~1", "/").replace("~0", "~")]
    return node


def close(node):
    """Closes every schema in `node` that declares members and does not say what others may be. The parts of
    an allOf share an object: that is closed as a whole."""
    if isinstance(node, list):
        for child in node:
            close(child)
    elif isinstance(node, dict):
        if isinstance(node.get("allOf"), list):
            node["unevaluatedProperties"] = False
            return
        if isinstance(node.get("properties"), dict) and "additionalProperties" not in node:
            node["additionalProperties"] = False
        for child in node.values():
            close(child)


class Document:
    """An OpenAPI document, made strict."""

    def __init__(self, document, extensions=()):
        """`extensions` are pairs of a pointer to a schema and what more members it may have."""
        self.document = copy.deepcopy(document)
        for pointer, names in extensions:
            schema = at_pointer(self.document, pointer)
            for name in names:
                schema["properties"][name] = {}
        close(self.document.get("components", {}).get("schemas", {}))
        for operations in self.document["paths"].values():
            for operation in operations.values():
                if isinstance(operation, dict):
                    close(operation.get("responses", {}))
        close(self.document.get("components", {}).get("responses", {}))
        jsonschema.Draft202012Validator.check_schema({"$defs": self.document["components"]["schemas"]})
        self.resolver = jsonschema.RefResolver.from_schema(self.document)
        self.validator_class = jsonschema.validators.extend(
            jsonschema.Draft202012Validator, {"type": type_keyword, "$ref": reference_keyword()}
        )

    def operations(self):
        """(path, method, operation) of all of them, in the document's order."""
        for path, operations in self.document["paths"].items():
            for method, operation in operations.items():
                if method in ("get", "put", "post", "delete", "patch"):
                    yield path, method, operation

    def response(self, operation, status):
        """What the operation says of a status: of it alone, or of its hundred. None where it says nothing."""
        responses = operation["responses"]
        found = responses.get(str(status), responses.get(f"{status // 100}XX"))
        if found is not None and "$ref" in found:
            found = at_pointer(self.document, found["$ref"])
        return found

    @functools.lru_cache(maxsize=None)
    def validator(self, path, method, status, media_type):
        """The validator of a body, or None where the document gives no schema."""
        response = self.response(self.document["paths"][path][method], status)
        content = (response or {}).get("content", {}).get(media_type)
        if content is None:
            return None
        return self.validator_class(content["schema"], resolver=self.resolver, format_checker=FORMATS)

    def faults(self, path, method, status, media_type, body):
        """What is wrong with a decoded body: the first few, in words."""
        validator = self.validator(path, method, status, media_type)
        if validator is None:
            return []
        faults = []
        for error in validator.iter_errors(body):
            best = jsonschema.exceptions.best_match([error])
            where = "/".join(str(step) for step in best.absolute_path)
            faults.append(f"/{where}: {best.message:.300}")
            if len(faults) == 3:
                break
        return faults
