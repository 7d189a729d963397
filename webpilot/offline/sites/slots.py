"""Reads from a command which values must stand in which fields."""

from __future__ import annotations

import re

from webpilot.offline.sites.chunks import masked, unmasked
from webpilot.offline.sites.errand import Slot

__all__ = ["NUMBERS", "read_slots"]

NUMBERS = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ]
    )
}
QUOTE = r"Q\d+Q"
STOP = (
    r"(?=\s*(?:[,;]|\.(?:\s|$)|$)|\s+(?:and|but|then)\s|\s+(?:in|on|for|to|from|of|with|as|by|at)\s"
    r"(?:the|my|a|an|our|its|this|category|order|ticket|topic|Q\d))"
)
BARE = rf"(?:{QUOTE}|\S.*?){STOP}"
MADE = r"create|add|open|post|write|start|make|submit|file|report|draft|publish|raise|log|register|set up|compose|leave|ask|save"
TITLED = re.compile(
    rf"\b(?P<det>the|my|this|that|our)?\s*(?P<noun>[a-z][\w -]{{0,30}}?),?\s+(?:titled|entitled|named|called)"
    rf"\s*:?\s+(?P<value>{QUOTE}|[A-Z][\w'&-]*(?:\s(?:[A-Z0-9&][\w'&-]*|of|the|and|for))*(?<! and)|[^\s,]+)",
)
SAYING = re.compile(
    rf",?\s*\b(?:saying|that says|which says|describe it (?:so|as|like this|thus)|describing it as|that reads|which reads|stating|reading)\s*:?\s*(?:that\s+)?"
    rf"(?P<value>{QUOTE}|.+?(?=\.?\s*$))",
    re.IGNORECASE,
)
CHANGE = re.compile(
    rf"\b(?P<verb>change|set|update|edit|modify|make|switch|correct|rename|retitle|move|increase"
    rf"|raise|lower|reduce|put|assign|fix|replace|turn)\s+(?P<what>(?:(?!\bto\b).)+?)\s+(?:to|into)\s+"
    rf"(?:be\s+)?(?P<value>{QUOTE}|\S.*?)(?=\s*(?:[,;]\s|\.(?:\s|$)|$)"
    rf"|\s+(?:and|then)\s+(?:the|its|set|change|update|add|save|make|mark)\b"
    rf"|\s+(?:for|on|in|of)\s+(?:the|my|ticket|order|product|topic|{QUOTE}))",
    re.IGNORECASE,
)
MARK = re.compile(
    rf"\b(?P<verb>mark|flag|set|resolve|close|tag|label|classify|approve|invite|add|register)\b"
    rf"(?P<what>[^,;]*?)\s+as\s+(?:an?\s+|the\s+)?(?P<value>{BARE})",
    re.IGNORECASE,
)
STARS = re.compile(
    rf"\b(?P<count>[1-5]|{'|'.join(NUMBERS)})[\s-]+(?:out of (?:5|five)\s+)?stars?\b(?:\s+(?:rating|review|score))?"
    r"|\b(?:rating|score)\s+(?:of\s+)?(?P<score>[1-5])\b(?:\s+(?:out of|/)\s*5)?",
    re.IGNORECASE,
)
PAIR = re.compile(
    rf"(?:^|(?<=[\s,;(]))(?P<name>[A-Za-z][\w-]*(?:\s[a-z][\w-]*){{0,2}})\s*[:=]\s*(?P<value>{QUOTE}|[^,;]+?)(?=\s*(?:[,;]|\.\s|\.?$))"
)
WITH = re.compile(r"\s+(?:with|using|and give it|, giving it)\s+", re.IGNORECASE)
ITEM = re.compile(
    rf"^(?:an?\s|the\s|its\s|my\s)?\s*(?P<name>(?:address\s)?line\s\d|[A-Za-z][\w-]*(?:\s(?!of\b|to\b|is\b)[a-z][\w-]*){{0,2}}?)\s*"
    rf"(?:\s(?:of|to|is|set to|as)\s+|\s*[:=]\s*|\s+)(?P<value>{QUOTE}|[A-Z0-9\u00a3$\u20ac+][^,;]*|[^\s,;]+)$",
)
BACKWARD = re.compile(
    r"^(?:a|an|the)?\s*(?P<value>[A-Za-z0-9_%]+)\s+(?P<name>discount|severity|priority|status|type|rating|visibility"
    r"|resolution|access|role|level|permission|quantity)$",
    re.IGNORECASE,
)
BODY = re.compile(
    rf"\b(?:post|reply|comment|write|leave|send|respond|add|append|ask|answer|note|message)\b(?P<between>[^,;]*?)\s*:?\s(?P<value>{QUOTE})",
    re.IGNORECASE,
)
CONTAINER = re.compile(r"\b(?:category|section|forum|subforum|board)$", re.IGNORECASE)
COLON = re.compile(r":[\s,]+(?P<list>[a-z][^:]*)$")
SENT = re.compile(
    r"\bsend\s+(?:(?P<name>[\w.@-]+)\s+(?=an?\s)|(?=.*\bto\s+(?:the\s+)?(?:user\s+)?(?P<to>[\w.@-]+)))",
    re.IGNORECASE,
)
CODED = re.compile(r"\b(?:an?|the|new)\s+(?P<value>[A-Z]\w*_\w+)\s+(?=[a-z])")
SIDE = re.compile(
    r"[,;]?\s+(?P<name>severity|priority|subsystem|resolution|type)\s+(?P<value>[A-Z]\w+)\b"
)
VERSION = re.compile(r"\b(?:for|in|of|version)\s+(?:[A-Z]\w+\s+)?(?P<value>\d+\.\d+(?:\.\d+)?)\b")
NOT_LABELS = frozenset(
    ["of", "the", "a", "an", "for", "with", "to", "my", "your", "and", "new", "it"]
)


def read_slots(text: str) -> tuple[tuple[Slot, ...], str]:
    """Return the values that a command gives for fields, and the command without them."""
    plain, strings = masked(text)
    found: list[Slot] = []
    plain = _titled(plain, found)
    for pattern, name in ((SAYING, "body"),):
        plain = _taken(plain, pattern, name, found)
    plain = _changed(plain, found)
    plain = _starred(plain, found)
    plain = _marked(plain, found)
    plain = _listed(plain, found)
    plain = _paired(plain, found)
    plain = _worded(plain, found)
    plain = _sent(plain, found)
    slots = tuple(
        Slot(name=slot.name.strip(), value=unmasked(slot.value, strings).strip(" ,;"))
        for slot in found
    )
    return slots, requoted(plain, strings)


def requoted(text: str, strings: list[str]) -> str:
    """Return the text with the quotations put back between double quotes."""
    return re.sub(r"\bQ(\d+)Q\b", lambda match: f'"{strings[int(match.group(1))]}"', text)


def _taken(text: str, pattern: re.Pattern[str], name: str, found: list[Slot]) -> str:
    """Return the text without what the pattern matches, its values noted."""
    for match in pattern.finditer(text):
        found.append(Slot(name=name, value=match.group("value")))
    return pattern.sub(" ", text)


def _titled(text: str, found: list[Slot]) -> str:
    """Note the title of what is to be made; a title after ``the`` names what is there."""
    made = re.search(rf"\b(?:{MADE})\b", text, re.IGNORECASE)

    def taken(match: re.Match[str]) -> str:
        noun = match.group("noun").strip()
        if made is None or made.start() > match.end() or match.group("det"):
            return match.group(0)
        held = re.search(r"\b(?:the|my|this)\s(?P<rest>.*)$", noun)
        if held and not (CONTAINER.search(held.group("rest")) and "titled" in match.group(0)):
            return match.group(0)
        found.append(Slot(name="title", value=match.group("value")))
        return f"{match.group('det') or ''} {noun} "

    return TITLED.sub(taken, text)


def _changed(text: str, found: list[Slot]) -> str:
    """Note ``change the price of X to V``; what is left names X."""

    def taken(match: re.Match[str]) -> str:
        what, verb = match.group("what").strip(), match.group("verb")
        if verb.lower() in ("move", "assign"):
            name = "category" if verb.lower() == "move" else "assignee"
            value = re.sub(r"^(?:the|an?)\s+(?:user\s+)?", "", match.group("value"))
            found.append(
                Slot(name=name, value=re.sub(r"\s+(?:category|forum|section)$", "", value))
            )
            return f"{verb} {what}"
        if verb.lower() in ("rename", "retitle"):
            found.append(Slot(name="title", value=match.group("value")))
            return f"{verb} {what}"
        name, rest = _label_and_owner(what)
        found.append(Slot(name=name, value=match.group("value")))
        return f"{verb} {rest}".rstrip()

    return CHANGE.sub(taken, text)


def _label_and_owner(what: str) -> tuple[str, str]:
    """Return the field's name and the rest: ``the price of X`` is ``price`` and ``of X``."""
    owned = (
        None
        if re.match(r"^(?:the|my|its)\s+\w+(?:\s\w+)?\s+of\s", what)
        else re.match(r"^(?P<owner>.+?)(?:'s|\u2019s)\s+(?P<name>[a-z][\w ]*)$", what)
    )
    if owned:
        return owned.group("name"), f"of {owned.group('owner')}"
    parts = re.match(
        r"^(?P<det>the|my|its|our)?\s*(?P<name>.+?)(?:\s+(?P<lead>of|for|on|in|from)\s+(?P<rest>.+))?$",
        what,
        re.IGNORECASE,
    )
    if parts is None:
        return what, ""
    own = " my" if (parts.group("det") or "").lower() == "my" else ""
    rest = f"{parts.group('lead')} {parts.group('rest')}" if parts.group("rest") else ""
    return parts.group("name"), f"{own} {rest}".strip()


def _starred(text: str, found: list[Slot]) -> str:
    """Note a rating in stars."""
    match = STARS.search(text)
    if match is None:
        return text
    count = (match.group("count") or match.group("score")).lower()
    score = str(NUMBERS.get(count, count))
    before = re.sub(r"\b(?:an?|of)\s+$", "", text[: match.start()])
    if re.search(r"(?:\bwith|\band|,)\s*$", before):
        return f"{before.rstrip()} rating {score}{text[match.end() :]}"
    found.append(Slot(name="rating", value=score))
    return f"{before} {text[match.end() :]}"


def _marked(text: str, found: list[Slot]) -> str:
    """Note ``mark X as V``: a value whose field the goal does not name."""

    def taken(match: re.Match[str]) -> str:
        found.append(Slot(name="", value=match.group("value")))
        return f"{match.group('verb')}{match.group('what')}"

    return MARK.sub(taken, text)


def _listed(text: str, found: list[Slot]) -> str:
    """Note the values of a list that begins with ``with``."""
    colon = COLON.search(text)
    if colon:
        text = f"{text[: colon.start()]} with {colon.group('list')}"
    parts = WITH.split(text)
    kept = parts[0]
    for part in parts[1:]:
        left = []
        for entry in re.split(r"\s*(?:,\s*(?:and\s+)?|\sand\s+|;\s*)", part):
            entry = entry.strip(" .")
            slot = _entry(entry)
            if slot is not None and not left:
                found.append(slot)
            elif entry:
                left.append(entry)
        if left:
            # what follows the list is a stretch of the command again
            kept = f"{kept} and {' and '.join(left)}"
    return kept


def _entry(entry: str) -> Slot | None:
    """Return what one entry of a list gives, or ``None`` where it gives nothing."""
    tail = re.split(r"\s+(?:in|to|for|on)\s+(?=the\s|my\s|Q\d|category\s)", entry)[0]
    if re.fullmatch(QUOTE, tail):
        return Slot(name="body", value=tail)
    backward = BACKWARD.match(tail)
    if backward:
        return Slot(name=backward.group("name"), value=backward.group("value"))
    match = ITEM.match(tail)
    if match is None:
        return None
    name = match.group("name").strip()
    if not name or set(name.lower().split()) <= NOT_LABELS:
        return None
    return Slot(name=name, value=match.group("value"))


def _paired(text: str, found: list[Slot]) -> str:
    """Note pairs such as ``severity: High``."""

    def taken(match: re.Match[str]) -> str:
        found.append(Slot(name=match.group("name").strip(), value=match.group("value").strip()))
        return " "

    return PAIR.sub(taken, text)


def _sent(text: str, found: list[Slot]) -> str:
    """Note who a message is for, and what is written as codes: ``a Code_Defect ticket for 1.1.0``."""
    to = SENT.search(text)
    name = (to.group("name") or to.group("to")) if to is not None else None
    if name and name.lower() not in NOT_LABELS:
        found.append(Slot(name="users", value=name))
        text = text.replace(name, " ", 1)
    for match in SIDE.finditer(text):
        found.append(Slot(name=match.group("name"), value=match.group("value")))
    text = SIDE.sub(" ", text)
    for pattern, label in ((CODED, ""), (VERSION, "version")):
        match = pattern.search(text)
        if match and found:
            found.append(Slot(name=label, value=match.group("value")))
            text = text.replace(match.group("value"), " ", 1)
    return text


def _worded(text: str, found: list[Slot]) -> str:
    """Note the quotation right after a verb of writing: what is to be written."""
    if any(slot.name in ("body", "comment", "message", "text") for slot in found):
        return text
    match = BODY.search(text)
    if match is None or re.search(r"\b(?:to|of|for|on|in|product|the)\s*$", match.group("between")):
        return text
    if re.search(r"\b(?:topic|ticket|review|product|article)\s*$", match.group("between")):
        return text
    if not re.search(
        r"\b(?:comment|reply|note|message|line|text|question|answer|sentence|remark|description)\b|^\s*$",
        match.group("between"),
    ):
        return text
    if re.match(r"(?:add|append)\b", match.group(0), re.IGNORECASE) and not match.group("between"):
        return text
    found.append(Slot(name="body", value=match.group("value")))
    return text[: match.start("value")] + text[match.end("value") :]
