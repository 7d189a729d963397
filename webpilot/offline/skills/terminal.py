"""Command lines: list what is there, then do to the right file what the goal asks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from webpilot.offline.actions import press, type_text
from webpilot.offline.clauses import Clause, Piece, Reading, quoted
from webpilot.offline.memory import Memory
from webpilot.offline.page import PageView
from webpilot.offline.skills.protocol import Proposal

__all__ = ["Command", "Terminal"]

SHELL = re.compile(r"\b(?:terminal|command line|shell|console|prompt)\b", re.IGNORECASE)
DEEDS = {
    "delete": "rm",
    "remove": "rm",
    "show": "cat",
    "print": "cat",
    "display": "cat",
    "create": "touch",
    "enter": "cd",
}
"""Unix commands by the verb of the goal."""
DEED = re.compile(rf"\b({'|'.join(DEEDS)})\b", re.IGNORECASE)
ENDING = re.compile(
    r"\b(?:ends?|ending)\s+(?:with|in)\s+(?:the\s+)?(?:extension\s+)?[\"']?(\.?\w+)"
    r"|\bextension\s+[\"']?(\.?\w+)",
    re.IGNORECASE,
)
STARTING = re.compile(
    r"\b(?:starts?|starting|begins?|beginning)\s+with\s+[\"']?(\w+)", re.IGNORECASE
)
FILE = re.compile(r"(?<![\w./-])[\w-]+(?:\.\w+)?(?![\w./-])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command(Clause):
    """A command must be run on a file of this description."""

    event: ClassVar[bool] = True

    command: str
    file: str = ""
    """Its name, where the goal gives it."""
    ending: str = ""
    start: str = ""


class Terminal:
    """Types commands and reads what they print."""

    name = "terminal"
    clause_types: tuple[type[Clause], ...] = (Command,)

    def read(self, piece: Piece) -> Reading | None:
        """Return the command and the file it is for."""
        around = f"{piece.lead} {piece.text}"
        deed = DEED.search(piece.text)
        if deed is None or not SHELL.search(around) or piece.whole:
            return None
        ending, start = ENDING.search(piece.text), STARTING.search(piece.text)
        strings = quoted(piece.text)
        suffix = (ending.group(1) or ending.group(2)) if ending else ""
        plain = not ending and not start
        clause = Command(
            text=piece.text,
            command=DEEDS[deed.group(1).lower()],
            file=strings[0] if strings and plain else "",
            ending=suffix.rstrip(".") if suffix else "",
            start=start.group(1) if start else "",
        )
        return Reading(clauses=(clause,), confidence=0.86)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return 1 once the command was sent, with the right file."""
        assert isinstance(clause, Command)
        for typed, sent in zip(memory.steps, memory.steps[1:], strict=False):
            line = _file(typed.before, clause)
            right = line is not None and typed.action == type_text(f"{clause.command} {line}")
            if right and sent.action == press("Enter"):
                return 1.0
        return 0.3 if _file(view, clause) else 0.0

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield typing the listing or the command, and sending what was typed."""
        assert isinstance(clause, Command)
        last = memory.last
        if last is not None and last.action.kind == "keyboard_type":
            yield Proposal(action=press("Enter"), score=0.95, reason="sends the line")
            return
        file = _file(view, clause)
        line = f"{clause.command} {file}" if file else "ls"
        yield Proposal(action=type_text(line), score=0.9, reason=f"'{line}' is the next command")


def _file(view: PageView, clause: Command) -> str | None:
    """Return the file that the clause means, from the goal or from what was printed last."""
    if clause.file:
        return clause.file
    printed = " ".join(node.text for node in view.texts)
    for name in reversed(FILE.findall(printed)):
        fits = name.lower().endswith(clause.ending.lower()) and name.startswith(clause.start)
        if fits and name != clause.ending and ("." in name or not clause.ending):
            return str(name)
    return None
