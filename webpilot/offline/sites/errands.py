"""Reads a goal on a site: the kind of task, what it is about, what is asked for or to be set."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from webpilot.offline.sites.chunks import Chunk, chunks
from webpilot.offline.sites.errand import Errand, Slot, TaskKind
from webpilot.offline.sites.quantities import first_date
from webpilot.offline.sites.questions import (
    ATTRIBUTES,
    STATES,
    read_asked,
    read_bounds,
    read_columns,
    read_counted,
    read_day,
    read_extreme,
    read_sort,
    read_values,
    without_extreme,
)
from webpilot.offline.sites.slots import NUMBERS, read_slots
from webpilot.offline.sites.wording import OBJECTS, STOPS, terms
from webpilot.offline.targets import ordinal

__all__ = ["read_errand", "task_kind"]

POLITE = re.compile(
    r"^(?:please|kindly|can you|could you|would you|will you|i (?:want|need|would like|wish)(?: you)? to|i'd like(?: you)? to"
    r"|help me(?: to)?|go ahead and|let's|now|then|and|also|finally|for me|hey|hi|next)[\s,]+",
    re.IGNORECASE,
)
CHANGING = [
    "add",
    "create",
    "post",
    "reply",
    "change",
    "set",
    "update",
    "edit",
    "delete",
    "remove",
    "rename",
    "mark",
    "submit",
    "write",
    "rate",
    "review",
    "buy",
    "order",
    "purchase",
    "checkout",
    "subscribe",
    "unsubscribe",
    "like",
    "upvote",
    "downvote",
    "follow",
    "approve",
    "disable",
    "enable",
    "assign",
    "close",
    "reopen",
    "cancel",
    "move",
    "comment",
    "send",
    "register",
    "save",
    "put",
    "bookmark",
    "make",
    "increase",
    "reduce",
    "upload",
    "place",
    "start",
    "file",
    "report",
    "draft",
    "publish",
    "raise",
    "log",
    "append",
    "insert",
    "reserve",
    "leave",
    "retitle",
    "modify",
    "replace",
    "correct",
    "turn",
    "switch",
    "archive",
    "reject",
    "block",
    "ban",
    "fork",
    "star",
    "vote",
    "respond",
    "answer",
    "lower",
    "fill",
    "empty",
    "clear",
    "pin",
    "compose",
    "attach",
    "resolve",
    "unlike",
    "withdraw",
]
GOING = [
    "go",
    "open",
    "show",
    "navigate",
    "browse",
    "search",
    "find",
    "take",
    "visit",
    "view",
    "see",
    "bring",
    "display",
    "look",
    "check",
    "pull",
    "locate",
    "get",
]
TELLING = [
    "tell",
    "list",
    "count",
    "name",
    "identify",
    "return",
    "report",
    "calculate",
    "compute",
    "extract",
    "determine",
    "read",
    "summarize",
    "give",
]
QUESTION = re.compile(
    r"^(?:what|what's|which|who|who's|whose|whom|when|where|why|how|is|are|was|were|does|do|did|has|have|in which|in what|on which|on what|at what|by whom|under which|to whom)\b",
    re.IGNORECASE,
)
NEW = re.compile(r"^(?:open|start|get|find|look)\s+(?:an?\s+)?(?:new|fresh)\s", re.IGNORECASE)
SPLIT = re.compile(
    rf"(?:,\s*|\s+)(?:and\s+then|then|and|,)\s+(?=(?:{'|'.join(CHANGING + GOING + TELLING)})\b)"
    rf"(?!(?:comment|name|file|review|post|list|order|report|star|note|message|answer)\s+[_A-Z])"
    rf"|\.\s+(?=[A-Z])|(?<=[?!])\s+|;\s+",
    re.IGNORECASE,
)
CONTAINERS = (
    r"category|section|forum|subforum|subreddit|board|department|report|page|menu|tab|list|range"
)
CONTAINER = re.compile(rf"\b(?:{CONTAINERS})\b", re.IGNORECASE)
AROUND = re.compile(rf"^\s*(?:the\s+)?(?:{CONTAINERS})\s+|\s+(?:{CONTAINERS})\s*$", re.IGNORECASE)
"""The noun of a place, before or after its name."""
PERSON = re.compile(
    r"^(?:the\s+)?(?:user|member|customer|author|reviewer)?\s*(?P<name>\S.*)$", re.I
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
    kinds = {command.kind for command in _commands(goal)}
    if TaskKind.MUTATE in kinds:
        return TaskKind.MUTATE
    return TaskKind.RETRIEVE if TaskKind.RETRIEVE in kinds else TaskKind.NAVIGATE


@lru_cache(maxsize=256)
def read_errand(goal: str) -> Errand:
    """Return the goal read in parts; what it does not say stays empty."""
    said = _quoted_rest(goal)
    commands = _commands(said)
    kind = task_kind(said)
    main = next((c for c in reversed(commands) if c.kind is kind), commands[-1])
    slots: list[Slot] = []
    rest = []
    for command in commands:
        found, left = read_slots(command.text) if kind is TaskKind.MUTATE else ((), command.text)
        slots += found
        amount = AMOUNT.match(command.text) if kind is TaskKind.MUTATE else None
        if amount:
            count = amount.group("count").lower()
            slots.append(Slot(name="quantity", value=str(NUMBERS.get(count, count))))
        rest.append(left)
    text = ". ".join(rest)
    question = main.text if kind is TaskKind.RETRIEVE else ""
    extreme = None if read_sort(text) else read_extreme(text)
    if kind is TaskKind.MUTATE and re.search(
        r"\b(?:first|last)\s+(?:comment|reply|post|message)", text
    ):
        extreme = None  # a place on the page, no date
    parts = [part for left in rest for part in chunks(_bare(without_extreme(left)))]
    place, person = _place(parts), _person(parts)
    values = read_values(text)
    states = {*STATES, *(word for value in values for word in terms(value))}
    things = tuple(
        name
        for name in _things(parts, place, person, kind)
        if not set(terms(name)) <= states and not any(name == slot.value for slot in slots)
    )
    counted = read_counted(question)
    several = _several(question)
    if (counted or several) and things and not re.search(r"[A-Z0-9]", things[0]):
        values, things = (*values, things[0]), ()  # a description of what counts, no name
    objects = tuple(dict.fromkeys(word for word in terms(_unquoted(text)) if word in OBJECTS))
    via = _via(question or text) if kind is not TaskKind.MUTATE else ""
    things = tuple(name for name in things if not via or terms(name) != (via,))
    objects = tuple(word for word in objects if word != main.verb or kind is not TaskKind.MUTATE)
    own = bool(re.search(r"\b(?:my|i|mine)\b", goal, re.IGNORECASE))
    if own and not objects and not things:
        objects = ("profile", "account")
    if counted and not place and not things and not objects:
        place = counted.split()[-1]  # what is counted names where it is listed
    verb = main.verb
    if verb in ("put", "place", "throw") and {"basket", "wishlist"} & set(objects):
        verb = "add"
    return Errand(
        goal=goal,
        kind=kind,
        verb=verb,
        thing=things[0] if things else "",
        others=things[1:],
        place=place,
        person=person,
        objects=objects,
        part=_part(text, objects),
        slots=tuple(slots),
        asked="" if counted else read_asked(question),
        counted=counted,
        several=several,
        extreme=extreme,
        bounds=read_bounds(text),
        values=values,
        columns=read_columns(text),
        sort=read_sort(text),
        when=read_day(text) if kind is not TaskKind.MUTATE else "",
        via=via,
        number=ordinal(_unquoted(text)) if kind is TaskKind.MUTATE else None,
        own=own,
    )


def _quoted_rest(goal: str) -> str:
    """Return the goal with what follows ``says:`` between quotation marks."""
    match = re.search(r"\b(?:says?|saying|reads?|so|text)\s*:\s+(?P<rest>[^\"\u201c]+)$", goal)
    if match is None:
        return goal
    return f'{goal[: match.start("rest")]}"{match.group("rest").strip()}"'


def _commands(goal: str) -> tuple[Command, ...]:
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
    from webpilot.offline.goal import pieces

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
            r"^give\s+(?!me\b).*\b(?:stars?|rating|review|like|access)\b|^check\s+out\s+(?:my|the)\s+(?:basket|cart)",
            text,
            re.I,
        )
    )


def _asks(text: str) -> bool:
    """Return whether a command such as ``find`` or ``show me`` asks for a piece of information."""
    asked = re.match(
        r"^\w+\s+(?:me\s+|us\s+|up\s+|out\s+)?(?:what|which|who|when|where|how|whether|if|the|all\s+the)\s*(?P<rest>.*)$",
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


def _bare(text: str) -> str:
    """Return a command without its verb and the words around it."""
    text = re.sub(r"\bwish[\s-]+list\b", "wishlist", text, flags=re.I)
    text = re.sub(
        r"^(?:who|which\s+\w+)\s+(?!(?:is|are|was|has|have|in|on|of|from|with|by|under|does|do|did)\b)\w+\s+",
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


def _unquoted(text: str) -> str:
    from webpilot.offline.clauses import QUOTED

    return QUOTED.sub(" ", text)


def _place(parts: list[Chunk]) -> str:
    """Return the name of the category, forum or list that the goal names."""
    for part in parts:
        if part.lead in ("in", "from", "under", "within", "into", "on", "of") and CONTAINER.search(
            part.text
        ):
            name = re.split(r",|\sand\b(?=\s[a-z])", part.text)[0]
            name = AROUND.sub(" ", name)
            name = re.sub(
                r"\b(?:the|a|an|my|all|products?|topics?|items?|new|named|called)\b",
                " ",
                name,
                flags=re.I,
            )
            name = " ".join(name.split()).strip("\"' ")
            if name and not set(terms(name)) <= (OBJECTS | STOPS):
                return name
    return ""


def _person(parts: list[Chunk]) -> str:
    """Return who the goal says made or owns what is looked for."""
    for position, part in enumerate(parts):
        owner = re.match(
            r"^(?:the\s+)?(?P<name>(?:[A-Z][\w.-]+\s?)+)(?:'s|\u2019s)\s+(?P<rest>.*)$", part.text
        )
        if owner and set(terms(owner.group("rest"))) <= OBJECTS | STATES | STOPS:
            return owner.group("name").strip()
        told = re.match(r"^(?:the\s+)?(?:user|member|customer|author)\s+(\S.*)$", part.text, re.I)
        if told:
            return told.group(1).strip("\"' ")
        if part.lead == "by" and position and part.text and not _measure(part.text):
            return part.text.strip("\"' ")
    return ""


def _measure(text: str) -> bool:
    return bool(
        re.search(r"\b(?:price|date|rating|name|order|ascending|descending|\d+)\b", text, re.I)
    )


def _things(parts: list[Chunk], place: str, person: str, kind: TaskKind) -> tuple[str, ...]:
    """Return the names of what the goal is about, surest first."""
    ranked: list[tuple[float, int, str]] = []
    asking = kind is TaskKind.RETRIEVE
    for position, part in enumerate(parts):
        mark, name = _named(part, asking=asking)
        if person and name.startswith(person):
            continue
        told = terms(name)
        if told and (told[-1] in COLUMN_NOUNS or first_date(name) == name):
            continue
        if not name or name == person or (place and name.lower() in f"{place} category".lower()):
            continue
        ranked.append((mark, -position, name))
    return tuple(name for _, _, name in sorted(ranked, reverse=True))


STEPPING = frozenset(
    [
        "capital",
        "mayor",
        "engineer",
        "architect",
        "author",
        "founder",
        "owner",
        "designer",
        "builder",
        "director",
        "president",
        "country",
        "province",
        "region",
        "county",
        "town",
        "river",
        "sea",
        "lake",
        "manufacturer",
        "publisher",
        "composer",
        "leader",
    ]
)
"""Nouns that name another thing by way of one."""
COLUMN_NOUNS = frozenset(["subsystem", "severity", "component", "priority"])
ABOUT = frozenset(
    [
        "of",
        "for",
        "about",
        "on",
        "titled",
        "named",
        "called",
        "entitled",
        "regarding",
        "from",
        "in",
        "to",
    ]
)
AUXILIARY = frozenset(["was", "were", "is", "are", "has", "have", "did", "do", "does"])
UNNAMING = frozenset(
    [
        "with",
        "as",
        "by",
        "saying",
        "under",
        "over",
        "below",
        "above",
        "between",
        "since",
        "during",
        "before",
        "after",
    ]
)
ASKING = frozenset(
    ["how", "what", "who", "which", "when", "where", "whose", "whom", "what's", "who's"]
)
AMOUNT = re.compile(
    rf"^(?:please\s+)?(?:add|buy|order|put|get|purchase)\s+(?P<count>\d{{1,3}}|{'|'.join(NUMBERS)})\s+(?!stars?\b|%|percent)",
    re.IGNORECASE,
)
EMPTY = frozenset(
    [
        "latest",
        "newest",
        "recent",
        "oldest",
        "first",
        "last",
        "new",
        "all",
        "every",
        "total",
        "number",
        "name",
        "count",
        "full",
        "current",
        "copy",
        "copies",
        "unit",
        "piece",
        "quantity",
        "detail",
        "result",
        "information",
        "link",
        "open",
        "show",
        "most",
        "least",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "many",
        "much",
        "what",
        "what's",
        "how",
        "who",
        "which",
        "when",
        "where",
        "something",
        "bought",
        "ordered",
        "purchased",
        "started",
        "posted",
        "written",
        "created",
        "made",
        "submitted",
        "placed",
        "anything",
        "everything",
        "today",
        "yesterday",
        "default",
        "same",
        "other",
    ]
)


def _named(part: Chunk, *, asking: bool) -> tuple[float, str]:
    """Return how surely a stretch names a thing, and the name."""
    if part.quotes:
        before = terms(part.text.split(part.quotes[0])[0])
        held = part.lead in ("to", "in", "into", "from") and bool(set(before) & OBJECTS)
        return (2.9 if held else 3.0 + 0.1 * (part.lead in ABOUT), part.quotes[0])
    words = re.split(r"\s+and\s+(?=[a-z])", part.text)[0].split()
    while words and _empty(words[0]):
        words = words[1:]
    while words and _empty(words[-1]):
        words = words[:-1]
    if part.lead in AUXILIARY and asking:
        while words and not re.search(r"[A-Z0-9]", words[-1]):
            words = words[:-1]
    name = " ".join(words).strip("\"'.,:;?! ")
    if not name or part.lead in UNNAMING:
        return (0.0, "")
    capital = bool(re.search(r"(?:^|\s)[A-Z0-9#]", name))
    mark = (2.0 if capital else 1.0) + 0.2 * (part.lead in ABOUT) + 0.05 * min(len(words), 4)
    return (mark, name)


def _empty(word: str) -> bool:
    """Return whether a word names nothing by itself."""
    plain = terms(word)
    if not plain or plain[0] in ASKING:
        return True
    if word[:1].isupper() and plain[0] not in STOPS and plain[0] not in OBJECTS:
        return False
    return all(
        part in STOPS or part in OBJECTS or part in EMPTY or part in ATTRIBUTES for part in plain
    )


def _via(text: str) -> str:
    """Return the noun by which the goal goes on from the thing to another: ``the capital of X``."""
    told = re.search(r"\b(?:of|in|on|by|about)\s+(?:the\s+)?(?P<noun>[a-z]+)\s+of\s+", text)
    if told is None:
        return ""
    word = terms(told.group("noun"))[0]
    return word if word in STEPPING else ""


def _part(text: str, objects: tuple[str, ...]) -> str:
    """Return the noun of what belongs to the thing: ``posts by X``, ``X's orders``."""
    owned = re.compile(
        r"\b(?P<noun>[a-z]+)\s+(?:(?:posted|written|made|started|submitted|created|left|opened)\s+)?"
        r"(?:by|of|from|on|for)\s|(?:'s|\u2019s)\s+(?P<owned>[a-z]+)\b",
        re.IGNORECASE,
    )
    for match in owned.finditer(_unquoted(text)):
        for word in terms(match.group("noun") or match.group("owned") or ""):
            if word in objects:
                return word
    return ""


def _several(question: str) -> bool:
    """Return whether the question asks for a list."""
    return bool(
        re.match(
            r"^(?:list|name|which\s+\w+s\s+(?:are|have|were|do|did)|what\s+(?:are|were)\s+the|who\s+are)\b",
            question,
            re.I,
        )
        or re.search(
            r"\b(?:all|names|titles|list) (?:of )?(?:the |products|topics|tickets|orders|users|customers)",
            question,
            re.I,
        )
    )
