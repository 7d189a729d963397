"""What a primitive takes: its parameters, their types and defaults."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from webpilot.types import Argument

__all__ = ["BUTTONS", "MODIFIERS", "Kind", "Parameter", "Primitive"]


class Kind(StrEnum):
    """What a parameter takes."""

    TEXT = "str"
    TEXTS = "str | list[str]"
    NUMBER = "float"
    INTEGER = "int"
    FLAG = "bool"
    BUTTON = "Literal['left', 'middle', 'right']"
    MODIFIERS = "list[Literal['Alt', 'Control', 'ControlOrMeta', 'Meta', 'Shift']]"


BUTTONS = ("left", "middle", "right")
MODIFIERS = ("Alt", "Control", "ControlOrMeta", "Meta", "Shift")


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a primitive; ``default`` is ``None`` where an argument is due."""

    name: str
    kind: Kind
    default: Argument = None

    @property
    def signature(self) -> str:
        """How it is written in the description of the actions."""
        if self.default is None:
            return f"{self.name}: {self.kind}"
        shown = list(self.default) if isinstance(self.default, tuple) else self.default
        return f"{self.name}: {self.kind} = {shown!r}"


@dataclass(frozen=True, slots=True)
class Primitive:
    """One action of BrowserGym."""

    name: str
    parameters: tuple[Parameter, ...]
    summary: str
    examples: tuple[str, ...]

    @property
    def signature(self) -> str:
        """The call with its parameters' types and defaults."""
        return f"{self.name}({', '.join(parameter.signature for parameter in self.parameters)})"
