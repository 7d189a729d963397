"""Cuts a goal into commands and questions, and says of which kind each is."""

from __future__ import annotations

import re
from dataclasses import dataclass

from webpilot.offline.goal import pieces
from webpilot.offline.sites.errand import TaskKind
from webpilot.offline.sites.questions import ATTRIBUTES
from webpilot.offline.sites.wording import OBJECTS, terms

__all__ = ["Command", "bare", "commands_of", "quoted_rest", "task_kind"]

POLITE = re.compile(
    r"^(?:please|kindly|can you|could you|would you|will you|i (?:want|need|would like"
    r"|wish)(?: you)? to|i'd like(?: you)? to"
    r"|help me(?: to)?|go ahead and|let's|now|then|and|also|finally|for me|hey|hi|next)[\s,]+",
    re.IGNORECASE,
)
CHANGING_WORDS = """
add create post reply change set update edit delete remove rename mark submit write rate review
buy order purchase checkout subscribe unsubscribe like upvote downvote follow approve disable
enable assign close reopen cancel move comment send register save put bookmark make increase
reduce upload place start file report draft publish raise log append insert reserve leave
retitle modify replace correct turn switch archive reject block ban fork star vote respond
answer lower fill empty clear pin compose attach resolve unlike withdraw
"""
CHANGING = tuple(CHANGING_WORDS.split())
GOING_WORDS = """
go open show navigate browse search find take visit view see bring display look check pull
locate get
"""
GOING = tuple(GOING_WORDS.split())
TELLING_WORDS = """
tell list count name identify return report calculate compute extract determine read summarize
give
"""
TELLING = tuple(TELLING_WORDS.split())
QUESTION = re.compile(
    r"^(?:what|what's|which|who|who's|whose|whom|when|where|why|how|is|are|was|were|does|do|did"
    r"|has|have|in which|in what|on which|on what|at what|by whom|under which|to whom)\b",
    re.IGNORECASE,
)
NEW = re.compile(r"^(?:open|start|get|find|look)\s+(?:an?\s+)?(?:new|fresh)\s", re.IGNORECASE)
SPLIT = re.compile(
    rf"(?:,\s*|\s+)(?:and\s+then|then|and|,)\s+(?=(?:{'|'.join(CHANGING + GOING + TELLING)})\b)"
    rf"(?!(?:comment|name|file|review|post|list|order|report|star|note|message|answer)\s+[_A-Z])"
    rf"|\.\s+(?=[A-Z])|(?<=[?!])\s+|;\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command or question of the goal."""

    kind: TaskKind
    verb: str
    text: str
    """Without politeness, with its verb."""


def task_kind(goal: str) -> TaskKind:
    """Return what kind of task the wording asks for: the strongest of its commands' kinds."""
    kinds = {command.kind for command in commands_of(goal)}
    if TaskKind.MUTATE in kinds:
        return TaskKind.MUTATE
    return TaskKind.RETRIEVE if TaskKind.RETRIEVE in kinds else TaskKind.NAVIGATE


def quoted_rest(goal: str) -> str:
    """Return the goal with what follows ``says:`` between quotation marks."""
    match = re.search(r"\b(?:says?|saying|reads?|so|text)\s*:\s+(?P<rest>[^\"\u201c]+)$", goal)
    if match is None:
        return goal
    return f'{goal[: match.start("rest")]}"{match.group("rest").strip()}"'


def commands_of(goal: str) -> tuple[Command, ...]:
    """Return the goal's commands and questions in order; never empty."""
    found = []
    for part in _parts(goal):
        text = part.strip(" .")
        while (polite := POLITE.match(text)) is not None:
            text = text[polite.end() :]
        if text:
            found.append(_command(text))
    if not found:
        return (Command(kind=TaskKind.NAVIGATE, verb="", text=goal),)
    telling = [c for c in found if c.verb]
    return tuple(found) if telling else (*found,)


def _parts(goal: str) -> list[str]:
    """Return the goal cut at sentences and between commands, never inside a quotation."""
    return list(pieces(goal.strip(), SPLIT))


def _command(text: str) -> Command:
    words = text.split()
    first = words[0].strip(",.:;!?\"'").lower()
    if QUESTION.match(text) or text.rstrip().endswith("?"):
        return Command(kind=TaskKind.RETRIEVE, verb=first, text=text)
    if (
        first in ("report", "review", "list", "order", "name", "post", "file", "comment", "star")
        and len(words) > 1
    ):
        nounlike = words[1].lower().strip(",.") in ("the", "all", "every")
        if first in TELLING and nounlike:
            return Command(kind=TaskKind.RETRIEVE, verb=first, text=text)
    if first in ("open", "start") and NEW.match(text):
        return Command(kind=TaskKind.MUTATE, verb="create", text=text)
    if first in CHANGING or (first in ("give", "check", "check-out") and _deed(text)):
        return Command(kind=TaskKind.MUTATE, verb=first, text=text)
    if first in TELLING or (first in GOING and _asks(text)):
        return Command(kind=TaskKind.RETRIEVE, verb=first, text=text)
    if first in GOING:
        return Command(kind=TaskKind.NAVIGATE, verb=first, text=text)
    return Command(kind=TaskKind.NAVIGATE, verb="", text=text)


def _deed(text: str) -> bool:
    """Return whether a verb that mostly asks is used for a deed: ``give X 5 stars``."""
    return bool(
        re.search(
            r"^give\s+(?!me\b).*\b(?:stars?|rating|review|like|access)\b|^check\s+out\s+(?:my"
            r"|the)\s+(?:basket|cart)",
            text,
            re.I,
        )
    )


def _asks(text: str) -> bool:
    """Return whether a command such as ``find`` or ``show me`` asks for a piece of information."""
    asked = re.match(
        r"^\w+\s+(?:me\s+|us\s+|up\s+|out\s+)?(?:what|which|who|when|where|how|whether|if|the"
        r"|all\s+the)\s*(?P<rest>.*)$",
        text,
        re.IGNORECASE,
    )
    if asked is None:
        return bool(re.match(r"^find\s+out\b", text, re.IGNORECASE))
    lead = re.match(
        r"^\w+\s+(?:me\s+|us\s+|up\s+|out\s+)?(?:what|which|who|when|where|how|whether|if)\b",
        text,
        re.I,
    )
    if lead:
        return True
    head = re.split(
        r"\s+(?:of|for|in|on|from|that|which|with|to)\b", asked.group("rest"), maxsplit=1
    )[0]
    last = terms(head)[-1:] or ("",)
    return last[0] in ATTRIBUTES and last[0] not in OBJECTS


def bare(text: str) -> str:
    """Return a command without its verb and the words around it."""
    text = re.sub(r"\bwish[\s-]+lists?\b", "wishlist", text, flags=re.I)
    text = re.sub(
        r"^(?:who|which\s+\w+)\s+(?!(?:is|are|was|has|have|in|on|of|from|with|by|under|does|do"
        r"|did)\b)\w+\s+",
        "",
        text,
        flags=re.I,
    )
    text = re.sub(
        r"^(?:show|tell|give|get|find|take|bring)\s+(?:me|us)\s+(?:to\s+|up\s+)?",
        "",
        text,
        flags=re.I,
    )
    text = re.sub(r"^(?:go|navigate)\s+(?:back\s+)?to\s+", "", text, flags=re.I)
    text = re.sub(
        r"^(?:search|look|browse)\s+(?:for|up|through|at|the\s+\w+\s+for)?\s*", "", text, flags=re.I
    )
    words = text.split()
    if words and words[0].strip(",.:").lower() in {*CHANGING, *GOING, *TELLING}:
        text = " ".join(words[1:])
    return text
