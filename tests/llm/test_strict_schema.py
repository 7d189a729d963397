"""The strict form of a schema: what OpenAI's strict mode demands, whatever pydantic wrote."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from webpilot.llm.schemas import strict_schema

ALLOWED = frozenset(
    ["type", "description", "enum", "anyOf", "$ref", "$defs", "pattern", "format", "multipleOf"]
    + ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems"]
    + ["items", "properties", "required", "additionalProperties"]
)


class Move(BaseModel):
    """One move."""

    kind: Literal["click", "fill"]
    prior: float = Field(0.5, ge=0, le=1, description="how likely")
    title: str = Field("", max_length=80)


class Proposal(BaseModel):
    best: Move = Field(description="the best of them")
    moves: list[Move] = Field(default_factory=list, max_length=3)
    reason: str | None = None
    version: Literal["1"] = "1"


class Tree(BaseModel):
    name: str
    inner: list[Tree] = []


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    """Every schema within a schema; names of properties are no keywords."""
    yield schema
    for key in ("properties", "$defs"):
        for each in schema.get(key, {}).values():
            yield from nodes(each)
    for each in schema.get("anyOf", []):
        yield from nodes(each)
    if "items" in schema:
        yield from nodes(schema["items"])


NOISE = st.fixed_dictionaries(
    {},
    optional={
        "title": st.text(),
        "default": st.none() | st.integers(),
        "description": st.text(min_size=1),
        "examples": st.just([1]),
        "minLength": st.just(1),
        "deprecated": st.booleans(),
    },
)
LEAVES = st.sampled_from(
    [
        {"type": "string"},
        {"type": "string", "format": "uri"},
        {"type": "integer", "minimum": 0},
        {"type": ["string", "null"]},
        {"const": "one"},
        {"enum": [1, "two"]},
        {"$ref": "#/$defs/Leaf"},
    ]
)
NAMES = st.sampled_from(["title", "default", "format", "$ref", "a", "ü"])


def noisy(schemas: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda noise, schema: {**noise, **schema}, NOISE, schemas)


def objects(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return noisy(
        st.builds(
            lambda properties, extra: {"type": "object", "properties": properties, **extra},
            st.dictionaries(NAMES, inner, max_size=3),
            st.sampled_from([{}, {"additionalProperties": True}, {"required": []}]),
        )
    )


def compounds(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    lists = st.lists(inner, min_size=1, max_size=3)
    return noisy(
        st.builds(lambda schema: {"type": "array", "items": schema}, inner)
        | st.builds(lambda schemas: {"anyOf": schemas}, lists)
        | st.builds(lambda schemas: {"oneOf": schemas, "discriminator": {}}, lists)
        | st.builds(lambda schema: {"allOf": [schema]}, inner)
    ) | objects(inner)


SCHEMAS = st.builds(
    lambda root, leaf: {**root, "$defs": {"Leaf": leaf}},
    objects(st.recursive(noisy(LEAVES), compounds, max_leaves=8)),
    noisy(st.just({"type": "object", "properties": {"a": {"type": "boolean"}}})),
)


@given(SCHEMAS)
def test_every_object_is_closed_every_property_required_and_no_other_keyword_left(
    schema: dict[str, Any],
) -> None:
    before = copy.deepcopy(schema)
    strict = strict_schema(schema)
    assert schema == before
    for node in nodes(strict):
        assert node.keys() <= ALLOWED
        assert "$ref" not in node or [*node] == ["$ref"]
        if "object" in node.get("type", ""):
            assert node["additionalProperties"] is False
            assert node["required"] == [*node["properties"]]
    assert [*strict["properties"]] == [*schema["properties"]]


@given(SCHEMAS)
def test_the_strict_form_of_a_strict_form_is_itself(schema: dict[str, Any]) -> None:
    strict = strict_schema(schema)
    assert strict_schema(strict) == strict


def test_the_form_of_a_pydantic_model_keeps_what_the_model_must_know() -> None:
    strict = strict_schema(Proposal.model_json_schema())
    reference = {"$ref": "#/$defs/Move"}
    assert strict == {
        "type": "object",
        "properties": {
            "best": {"description": "the best of them", "anyOf": [reference]},
            "moves": {"type": "array", "maxItems": 3, "items": reference},
            "reason": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "version": {"type": "string", "enum": ["1"]},
        },
        "required": ["best", "moves", "reason", "version"],
        "additionalProperties": False,
        "$defs": {
            "Move": {
                "type": "object",
                "description": "One move.",
                "properties": {
                    "kind": {"type": "string", "enum": ["click", "fill"]},
                    "prior": {
                        "type": "number",
                        "description": "how likely",
                        "minimum": 0,
                        "maximum": 1,
                    },
                    "title": {"type": "string"},
                },
                "required": ["kind", "prior", "title"],
                "additionalProperties": False,
            }
        },
    }


def test_a_model_that_holds_itself_has_an_object_at_its_root() -> None:
    strict = strict_schema(Tree.model_json_schema())
    assert strict["type"] == "object"
    assert strict["properties"]["inner"]["items"] == {"$ref": "#/$defs/Tree"}
    assert strict["$defs"]["Tree"]["additionalProperties"] is False


class Keyed(BaseModel):
    counts: dict[str, int]


class Free(BaseModel):
    anything: Any


class Paired(BaseModel):
    pair: tuple[int, str]


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        (Keyed.model_json_schema(), "root.counts"),
        (Free.model_json_schema(), "root.anything"),
        (Paired.model_json_schema(), "root.pair"),
        ({"type": "object", "properties": {"a": {"type": "array"}}}, "root.a.items"),
        ({"type": "object", "properties": {"a": True}}, "root.a"),
        ({"type": "object", "properties": {"a": {"not": {}, "type": "string"}}}, "root.a"),
        ({"type": "object", "properties": {"a": {"allOf": [{}, {}]}}}, "root.a"),
        ({"type": "object"}, "root"),
        ({"anyOf": [{"type": "string"}]}, "root"),
        ({"$ref": "#/$defs/Gone"}, "Gone"),
    ],
)
def test_what_strict_mode_cannot_say_is_refused_with_its_place(
    schema: dict[str, Any], place: str
) -> None:
    with pytest.raises(ValueError, match=f"no strict form: .*{place}"):
        strict_schema(schema)
