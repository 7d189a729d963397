"""The list of its models that an endpoint sends, in OpenAI's form."""

from __future__ import annotations

from pydantic import BaseModel, ValidationError

__all__ = ["models_of"]


def models_of(content: bytes) -> frozenset[str] | None:
    """Return the names on an endpoint's list of models, or ``None`` if it is no such list."""
    try:
        read = _Models.model_validate_json(content)
    except ValidationError:
        return None
    return frozenset(each.id for each in read.data or ())


class _Model(BaseModel):
    id: str


class _Models(BaseModel):
    data: list[_Model] | None
