"""Moves in words: what a model writes for an action or a stop, and how both are shown to it."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Sequence

from webpilot.actions import MAX_CHARACTERS, parse_action
from webpilot.errors import ActionError
from webpilot.types import Action, Answer, Done, Infeasible, Outcome

__all__ = ["parse_move", "written"]

DONE = "done"
INFEASIBLE = "report_infeasible"


def parse_move(text: str, *, allowed: Sequence[str]) -> Action | Outcome:
    """Return the one action or stop that a text consists of; nothing of it is executed.

    Raises:
        ActionError: it is anything else; the message is one line.
    """
    stripped = text.strip()
    name = stripped.partition("(")[0].rstrip()
    if name not in (DONE, INFEASIBLE):
        return parse_action(stripped, allowed=allowed)
    arguments = _literals(stripped)
    if name == DONE and not arguments:
        return Done()
    if name == INFEASIBLE and len(arguments) == 1 and arguments[0].strip():
        return Infeasible(reason=arguments[0].strip())
    wanted = "done()" if name == DONE else "report_infeasible('reason')"
    raise ActionError(f"a stop must be written {wanted}, not {_shown(text)}")


def _literals(text: str) -> tuple[str, ...]:
    """Return the string arguments of the one call that ``text`` must be."""
    call: ast.expr | None = None
    if len(text) <= MAX_CHARACTERS:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # an unknown escape is no news worth a line
                call = ast.parse(text, mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            call = None
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or call.keywords:
        raise ActionError(f"not one single stop: {_shown(text)}")
    values = [each.value for each in call.args if isinstance(each, ast.Constant)]
    texts = tuple(value for value in values if isinstance(value, str))
    if len(texts) != len(call.args):
        raise ActionError(f"a stop takes plain text only: {_shown(text)}")
    return texts


def written(move: Action | Outcome) -> str:
    """Return the move as it is shown in a prompt, and as :func:`parse_move` reads it."""
    match move:
        case Action():
            return move.raw
        case Infeasible():
            return f"{INFEASIBLE}({move.reason!r})"
        case Answer():
            return f"answer({move.text!r})"
        case Done():
            return f"{DONE}()"


def _shown(text: str) -> str:
    folded = " ".join(text.split())
    return repr(folded if len(folded) <= 60 else f"{folded[:59]}…")
