"""What mouse and keyboard are doing: kept in the page, so it starts anew with each document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from env.act.keyboard import Held
from env.act.pointer import Pointer
from env.link.calls import ProtocolError
from env.link.session import Call, Session
from env.page.script import evaluation, result

__all__ = ["PROBE", "Inputs", "dispatch", "recall", "strike"]

PROBE = ("probe",)


class Inputs(NamedTuple):
    """The pointer and the keys that are down."""

    pointer: Pointer
    keys: Held

    @classmethod
    def load(cls, stored: Any) -> Inputs:
        """Return what a page remembers; where it remembers nothing, nothing is down."""
        if not stored:
            return cls(Pointer(), Held())
        *pointer, modifiers, codes = stored
        return cls(Pointer.load(pointer), Held(modifiers=set(modifiers), codes=set(codes)))

    def remembering(self) -> Call:
        """Return the call that makes the page remember it."""
        keys = (sorted(self.keys.modifiers), sorted(self.keys.codes))
        return evaluation(PROBE, "rememberInputs", (*self.pointer.stored, *keys))


def recall(session: Session) -> Inputs:
    """Return what the page remembers."""
    return Inputs.load(result(session.send_all([evaluation(PROBE, "recallInputs")])[0]))


def dispatch(session: Session, inputs: Inputs, events: Sequence[Call]) -> None:
    """Send events in one flight with what they leave of mouse and keyboard.

    The page remembers first, because events may lead to another page; such a page may even be gone
    before it has said that it remembers.
    """
    try:
        session.send_all([inputs.remembering(), *events])
    except ProtocolError as error:
        if error.method != "Runtime.evaluate":
            raise


def strike(session: Session, events: Callable[[Held], list[Call]]) -> None:
    """Send the events of keys, on top of those that are down.

    Raises:
        UnknownKey: one of them does not exist; nothing was sent.
    """
    inputs = recall(session)
    calls = events(inputs.keys)
    dispatch(session, inputs, calls)
