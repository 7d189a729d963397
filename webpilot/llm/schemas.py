"""JSON schemas in the form that OpenAI's strict mode demands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["strict_schema"]

KEPT = frozenset(
    ["type", "description", "enum", "pattern", "multipleOf", "minItems", "maxItems"]
    + ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]
)
"""Keywords that pass unchanged. All others say nothing to the model, or are refused."""

FORMATS = frozenset(
    ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"]
)
REFUSED = frozenset(
    ["not", "if", "then", "else", "dependentRequired", "dependentSchemas", "prefixItems"]
)
DEFINITIONS = "#/$defs/"


def strict_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``schema`` as strict mode takes it; the one given stays as it is.

    Every object is closed and every property required. What strict mode does not enforce (titles,
    defaults, lengths of strings) is dropped, so an answer is checked against the model it is meant
    for even then.

    Raises:
        ValueError: the schema has no strict form, such as an object of unknown keys; the message
            says where.
    """
    root = dict(schema)
    definitions = root.pop("$defs", {})
    if "$ref" in root:  # a model that refers to itself; the root may be no reference
        name = str(root.pop("$ref")).removeprefix(DEFINITIONS)
        if name not in definitions:
            raise ValueError(f"no strict form: there is no definition {name!r}")
        root = {**definitions[name], **root}
    strict = _strict(root, "root")
    if strict.get("type") != "object":
        raise ValueError("no strict form: root must be an object")
    if definitions:
        strict["$defs"] = {
            name: _strict(definition, name) for name, definition in definitions.items()
        }
    return strict


def _strict(node: object, where: str) -> dict[str, Any]:
    if not isinstance(node, Mapping):
        raise ValueError(f"no strict form: {where} allows anything")
    if REFUSED & node.keys():
        raise ValueError(f"no strict form: {where} uses {', '.join(sorted(REFUSED & node.keys()))}")
    if "$ref" in node:
        alone = {"$ref": node["$ref"]}
        # Beside any other keyword a reference is refused.
        said = node.get("description")
        return {"description": said, "anyOf": [alone]} if said else alone
    strict = {key: value for key, value in node.items() if key in KEPT}
    if node.get("format") in FORMATS:
        strict["format"] = node["format"]
    if "const" in node:
        strict["enum"] = [node["const"]]
    branches = _branches(node, where)
    if branches:
        strict["anyOf"] = [_strict(each, f"{where}.{i}") for i, each in enumerate(branches)]
    types = node.get("type", "object" if "properties" in node else ())
    types = (types,) if isinstance(types, str) else types
    if "object" in types:
        strict.update(_object(node, where))
    if "array" in types:
        strict["items"] = _strict(node.get("items"), f"{where}.items")
    if not {"type", "enum", "anyOf"} & strict.keys():
        raise ValueError(f"no strict form: {where} allows anything")
    return strict


def _branches(node: Mapping[str, Any], where: str) -> list[Any]:
    """Return the alternatives of a node. The one schema of an ``allOf`` is an alternative too."""
    found = [key for key in ("anyOf", "oneOf", "allOf") if key in node]
    if len(found) > 1 or len(node.get("allOf", ())) > 1:
        raise ValueError(f"no strict form: {where} joins schemas")
    return list(node[found[0]]) if found else []


def _object(node: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return the keywords of a closed object."""
    if "properties" not in node and node.get("additionalProperties", True) is not False:
        raise ValueError(f"no strict form: {where} is an object of unknown keys")
    properties = {
        name: _strict(each, f"{where}.{name}") for name, each in node.get("properties", {}).items()
    }
    return {
        "type": node.get("type", "object"),
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
