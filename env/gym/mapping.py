"""What an agent's action text asks for, with BrowserGym's rules and error texts, never executed.

BrowserGym's ``to_python_code`` turns a text into a program. Here its action set only tells which
actions are allowed: the calls are found by its own grammar of literals and each one is read by
ours.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from browsergym.core.action import functions, get_global_demo_mode
from browsergym.core.action.highlevel import HighLevelActionSet
from browsergym.core.action.parsers import NamedArgument, highlevel_action_parser
from pyparsing import ParseBaseException

from webpilot.actions import BUTTONS, MODIFIERS, PRIMITIVES, Kind, parse_action
from webpilot.errors import ActionError, ConfigError
from webpilot.types import Action, Argument

__all__ = ["ActionReader", "Unreadable", "reader_of"]

MEND = 'or pass backend="browsergym"'


class Unreadable(Exception):
    """The text is no action; the message is BrowserGym's error text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionReader:
    """Reads action texts as one action set does."""

    kinds: tuple[str, ...]
    strict: bool
    """Whether nothing may stand around the calls."""
    several: bool
    """Whether more than one call is allowed."""
    forces: bool
    """Whether an action that timed out is tried once more without checks."""

    def read(self, text: Any) -> tuple[Action, ...]:
        """Return the actions of a text, in order.

        Raises:
            Unreadable: nothing of it may be executed.
        """
        if isinstance(text, str):
            try:
                return (parse_action(text, allowed=self.kinds),)
            except ActionError:
                pass  # told in BrowserGym's words below, or several calls, or prose around one
        calls = self._calls(text)
        if not calls:
            raise Unreadable("ValueError: Received an empty action.")
        if len(calls) > 1 and not self.several:
            raise Unreadable(
                "ValueError: Received a multi-action, only single-actions are allowed."
            )
        for name, _ in calls:
            if name not in self.kinds:
                raise Unreadable(f"NameError: Invalid action type '{name}'.")
        return tuple(self._action(name, arguments) for name, arguments in calls)

    def _calls(self, text: Any) -> list[tuple[str, list[Any]]]:
        try:
            if self.strict:
                found = highlevel_action_parser.parse_string(text, parse_all=True).as_list()
            else:
                found = sum(highlevel_action_parser.search_string(text).as_list(), [])
        except (ParseBaseException, SyntaxError, ValueError, TypeError, RecursionError) as error:
            raise Unreadable(f"{type(error).__name__}: {error}") from error
        return [(name, arguments) for name, arguments in found]

    def _action(self, name: str, arguments: list[Any]) -> Action:
        function = getattr(functions, name)
        given = [one for one in arguments if not isinstance(one, NamedArgument)]
        named = {one.name: one.value for one in arguments if isinstance(one, NamedArgument)}
        try:
            bound = inspect.signature(function).bind(*given, **named)
        except TypeError:
            raise Unreadable(f"TypeError: {misfit(function, given, named)}") from None
        try:
            written = ", ".join(repr(one) for one in arguments)
            return parse_action(f"{name}({written})", allowed=self.kinds)
        except ActionError as error:
            values = [argument_of(value) for value in bound.arguments.values()]
            kinds = [parameter.kind for parameter in PRIMITIVES[name].parameters]
            if any(map(is_mistyped, values, kinds)):
                # It fails when executed, and in BrowserGym's words.
                return Action(kind=name, args=tuple(values))
            raise Unreadable(f"ActionError: {error}") from error


def is_mistyped(value: Argument, kind: Kind) -> bool:
    """Return whether a literal is of another type than a parameter takes."""
    match kind:
        case Kind.TEXT:
            return not isinstance(value, str)
        case Kind.TEXTS:
            return not isinstance(value, str | tuple)
        case Kind.NUMBER | Kind.INTEGER:
            return isinstance(value, bool) or not isinstance(value, int | float)
        case Kind.FLAG:
            return False  # anything is true or false
        case Kind.BUTTON:
            return value not in BUTTONS
        case Kind.MODIFIERS:
            return not isinstance(value, tuple) or not set(value) <= set(MODIFIERS)


def argument_of(value: Any) -> Argument:
    """Return a literal as an action holds it.

    Raises:
        Unreadable: it is a dictionary, or a list of something else than texts.
    """
    if value is None or isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise Unreadable(f"ActionError: no action takes {value!r}")


def misfit(function: Callable[..., Any], given: list[Any], named: dict[str, Any]) -> str:
    """Return Python's own words for arguments that do not fit a function.

    They are found before the function's body is reached.
    """
    try:
        function(*given, **named)
    except TypeError as error:
        return str(error)
    return f"{function.__name__}() got arguments that do not fit"


def reader_of(mapping: object) -> ActionReader:
    """Return the reader that stands for an ``action_mapping``.

    Raises:
        ConfigError: it is not a bound ``HighLevelActionSet.to_python_code``, or its set holds
            actions of its own or a demonstration.
    """
    actions: Any = getattr(mapping, "__self__", None)
    function = getattr(mapping, "__func__", None)
    known = isinstance(actions, HighLevelActionSet)
    if not known or function is not HighLevelActionSet.to_python_code:
        raise ConfigError(
            "action_mapping must be HighLevelActionSet(...).to_python_code, because no text is run "
            f'as code: not {shown(mapping)}; for that pass backend="browsergym"'
        )
    foreign = [name for name in actions.action_set if not is_ours(name, actions)]
    if foreign:
        raise ConfigError(f"no action {foreign[0]!r} here: leave it out, {MEND}")
    if actions.demo_mode not in (None, "off") or (not actions.demo_mode and get_global_demo_mode()):
        raise ConfigError(f'demo_mode="off" is the only one without a window: pass it, {MEND}')
    return ActionReader(
        kinds=tuple(actions.action_set),
        strict=actions.strict,
        several=actions.multiaction,
        forces=actions.retry_with_force,
    )


def is_ours(name: str, actions: Any) -> bool:
    """Return whether an action of a set is BrowserGym's own, and one that we execute."""
    if name not in PRIMITIVES:
        return False
    return inspect.getsource(getattr(functions, name)) in actions.python_includes


def shown(mapping: object) -> str:
    """Return a short name of what was passed."""
    return str(getattr(mapping, "__qualname__", repr(mapping)))[:60]
