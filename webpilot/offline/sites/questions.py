"""Reads what a question asks for: a value, a count, the extreme of many, within which bounds."""

from __future__ import annotations

import re

from webpilot.offline.sites.errand import Bound, Extreme
from webpilot.offline.sites.quantities import first_date, moment
from webpilot.offline.sites.wording import terms

__all__ = [
    "ATTRIBUTES",
    "EXTREME",
    "STATES",
    "read_asked",
    "read_bounds",
    "read_columns",
    "read_counted",
    "read_extreme",
    "read_values",
    "without_extreme",
]

ATTRIBUTES = frozenset(
    [
        "price",
        "cost",
        "status",
        "state",
        "date",
        "time",
        "author",
        "name",
        "title",
        "number",
        "email",
        "phone",
        "address",
        "rating",
        "stock",
        "availability",
        "population",
        "capital",
        "year",
        "amount",
        "total",
        "quantity",
        "count",
        "sku",
        "upc",
        "isbn",
        "id",
        "code",
        "score",
        "severity",
        "priority",
        "type",
        "resolution",
        "owner",
        "username",
        "description",
        "biography",
        "version",
        "size",
        "color",
        "colour",
        "weight",
        "length",
        "height",
        "area",
        "elevation",
        "reason",
        "content",
        "subject",
        "summary",
        "location",
        "city",
        "country",
        "timezone",
        "role",
        "language",
        "currency",
        "brand",
        "manufacturer",
        "supplier",
        "discount",
        "tax",
        "subtotal",
        "percentage",
        "age",
        "birthday",
        "founder",
        "mayor",
        "president",
        "director",
        "creator",
        "reporter",
        "assignee",
        "label",
        "deadline",
        "commit",
        "hash",
        "comment",
        "message",
        "reply",
        "view",
        "like",
        "member",
        "user",
        "reviewer",
    ]
)
"""Nouns for what a thing has, stemmed."""

COLUMNS = {
    "expensive": ("price", True),
    "priciest": ("price", True),
    "costliest": ("price", True),
    "costly": ("price", True),
    "cheapest": ("price", False),
    "cheap": ("price", False),
    "newest": ("date", True),
    "latest": ("date", True),
    "recent": ("date", True),
    "recently": ("date", True),
    "oldest": ("date", False),
    "earliest": ("date", False),
    "rated": ("rating", True),
    "popular": ("popular", True),
    "longest": ("length", True),
    "shortest": ("length", False),
    "largest": ("size", True),
    "biggest": ("size", True),
    "smallest": ("size", False),
    "tallest": ("height", True),
    "heaviest": ("weight", True),
    "lightest": ("weight", False),
    "active": ("active", True),
}
EXTREME = re.compile(
    r"\b(?:the\s+|my\s+)?(?:"
    r"(?P<dir>most|least)\s+(?P<adj>expensive|costly|cheap|recent(?:ly)?|popular|active)(?:\s+(?:placed|added|created|updated|posted))?"
    r"|(?P<sup>priciest|costliest|cheapest|newest|latest|oldest|earliest|longest|shortest|largest|biggest|smallest|tallest|heaviest|lightest)(?:[\s-]+priced)?"
    r"|(?P<end>highest|lowest|best|worst|top|least|most)[\s-]+(?P<ed>discussed|commented|rated|priced|reviewed|ranked|viewed|replied|liked|commented)"
    r"|(?P<high>highest|lowest|best|worst|greatest|maximum|minimum)\s+(?:number\s+of\s+|average\s+)?(?P<noun>(?-i:[a-z]+))"
    r"|(?P<many>most|fewest|least)\s+(?:number\s+of\s+)?(?P<nouns>(?-i:[a-z]+s)|stock)"
    r"|(?P<place>last|first)(?=\s+(?:order|review|topic|post|comment|reply|ticket|purchase|commit|message|product))"
    r")\b",
    re.IGNORECASE,
)
LOW = frozenset({"least", "lowest", "worst", "fewest", "minimum"})
MONEY = r"[\u00a3$\u20ac]?\s*(\d[\d,]*(?:\.\d+)?)"
BELOW = re.compile(
    rf"\b(?:under|below|less than|fewer than|cheaper than|at most|up to|no more than|within)\s+{MONEY}",
    re.I,
)
ABOVE = re.compile(
    rf"\b(?:over|above|more than|at least|exceeding|greater than|higher than)\s+{MONEY}", re.I
)
BETWEEN = re.compile(rf"\bbetween\s+{MONEY}\s+(?:and|to|-)\s+{MONEY}", re.I)
STATES = frozenset(
    [
        "open",
        "closed",
        "pending",
        "cancelled",
        "canceled",
        "shipped",
        "complete",
        "completed",
        "processing",
        "active",
        "inactive",
        "approved",
        "rejected",
        "fixed",
        "review",
        "deferred",
        "resolved",
        "critical",
        "severe",
        "important",
        "minor",
        "cosmetic",
        "high",
        "low",
        "medium",
        "immediate",
        "zero",
        "tested",
        "unresolved",
        "verified",
        "draft",
        "published",
        "paid",
        "refunded",
        "delivered",
        "being",
    ]
)
"""Words for the state that a record may be in."""
UNSTATED = frozenset(
    [
        "order",
        "ticket",
        "topic",
        "my",
        "the",
        "issue",
        "product",
        "item",
        "this",
        "it",
        "bug",
        "of",
        "for",
        "is",
    ]
)
NAMED_VALUE = re.compile(
    r"\b(?:the|of|in|with)\s+(?P<value>[A-Z][\w-]*)\s+(?P<name>subsystem|severity|priority|status|type|component|role)\b"
)
VALUED = re.compile(
    r"\b(?:with|have|has|having|of|whose|is|are|in|and|,)\s+(?:an?\s+|the\s+|their\s+)?(?P<name>status|state|severity|priority|type|resolution|role|category)\s*"
    r"(?:is\s+|set to\s+|:\s*|=\s*)?(?P<value>\"[^\"]+\"|'[^']+'|[A-Za-z_-]+)",
    re.IGNORECASE,
)


SORT = re.compile(
    r"\b(?:cheapest|lowest[- ]priced?|most expensive|dearest|highest[- ]priced?|priciest"
    r"|(?:best|highest|top)[- ]rated|newest|latest|most recent|oldest|earliest)(?: ones?| products?| items?)? first\b"
    r"|\b(?:by|in)\s+(?:ascending|descending|increasing|decreasing|rising|falling)\s+(?:order of\s+)?(?:price|rating|date|name|title)\b"
    r"|\bsorted by\s+[a-z ]+|\bfrom (?:the )?(?:cheapest|lowest|highest|most expensive) to\b",
    re.IGNORECASE,
)
ORDERS = (
    (r"cheapest|lowest|(?:ascending|increasing|rising).*price", "price"),
    (
        r"expensive|dearest|highest[- ]price|priciest|(?:descending|decreasing|falling).*price",
        "-price",
    ),
    (r"rated|rating", "-rating"),
    (r"newest|latest|recent|descending.*date", "-date"),
    (r"oldest|earliest|date", "date"),
    (r"price", "price"),
    (r"name|title", "name"),
)


def read_asked(question: str) -> str:
    """Return the noun for what a question asks for, or the empty string."""
    if not question:
        return ""
    lower = question.lower()
    if re.match(r"^(?:who|who's|by whom|whose)\b", lower):
        held = re.match(
            r"^who(?:'s| is| was| are)\s+(?:the\s+)?(?P<role>[a-z]+)\s+(?:of|for)\b", lower
        )
        return held.group("role") if held else "author"
    if re.match(r"^when\b|^(?:on |in )?(?:what|which)\s+(?:date|day|year|month)\b", lower):
        return "year" if re.search(r"\byear\b", lower[:30]) else "date"
    inner = re.match(
        r"^(?:in|on|at|to|from|under|by|with)\s+(?:what|which)\s+(?P<noun>[a-z]+)", lower
    )
    if inner:
        return inner.group("noun")
    if re.match(r"^where\b", lower):
        return "location"
    if re.match(r"^(?:.*,\s*)?how\s+many\s+(?:people|inhabitants|residents)\b", lower):
        return "population"
    if re.match(r"^how\s+much\b", lower):
        return "total" if re.search(r"\b(?:total|spen[dt]|pay|paid)\b", lower) else "price"
    if re.match(r"^how\s+(?:old|long|tall|big|large|high|far)\b", lower):
        return lower.split()[1]
    head = re.match(
        r"^(?:what(?:'s| is| are| was| were)|which|what|tell me|give me|get|find(?: out)?|show me|list|return|name|identify|look up|report|extract)\s+"
        r"(?:me\s+)?(?:(?:what|which|who)\s+(?:is|are|was)?\s*)?(?:all\s+)?(?:the|its|my|a|an)?\s*(?P<rest>.+)$",
        lower,
    )
    if head is None:
        return ""
    rest = EXTREME.sub(" ", head.group("rest"))
    stretch = re.split(
        r"\s+(?:of|for|in|on|from|that|which|with|to|does|do|did|is|are|was|has|have|by|at|who|costs?)\b",
        rest,
        maxsplit=1,
    )[0]
    found = [word for word in terms(stretch) if word in ATTRIBUTES]
    if found:
        return (
            " ".join(terms(stretch)[-2:])
            if terms(stretch)[-1] in ATTRIBUTES and len(terms(stretch)) <= 3
            else found[-1]
        )
    return (
        "name" if re.match(r"^(?:which|list|name|what|find|identify)\b", lower) else stretch.strip()
    )


def read_counted(question: str) -> str:
    """Return what is to be counted, or the empty string."""
    if re.search(r"\bhow many (?:people|inhabitants|residents) live\b", question, re.IGNORECASE):
        return ""  # that is a population, told and not counted
    match = re.search(
        r"\b(?:how many|(?:the |total |overall )(?:total )?(?:number|count) of|count(?: the)?(?: number of)?)\s+(?P<what>[a-z0-9_-]+(?:\s[a-z0-9_-]+){0,3}?)"
        r"(?=\s*(?:\?|$|\.|,)|\s+(?:does|do|did|are|is|were|was|has|have|in|on|of|for|by|with|there|that|which|from|currently|i|we|shown|listed)\b)",
        question,
        re.IGNORECASE,
    )
    return match.group("what").strip() if match else ""


def read_extreme(text: str) -> Extreme | None:
    """Return the extreme that the words ask for, or ``None``."""
    text = re.sub(r"\"[^\"]*\"", " ", text)
    match = EXTREME.search(text)
    if match is None:
        return None
    said = {name: word.lower() for name, word in match.groupdict().items() if word}
    if "adj" in said:
        column, up = COLUMNS.get(said["adj"], (said["adj"], True))
        return Extreme(column=column, largest=up == (said["dir"] == "most"))
    if "sup" in said:
        column, up = COLUMNS[said["sup"]]
        after = terms(text[match.end() : match.end() + 40])[:1]
        own = after and after[0] in ATTRIBUTES and column != "date"
        return Extreme(column=after[0] if own else column, largest=up)
    if "ed" in said:
        column = {"rated": "rating", "priced": "price", "ranked": "rank", "discussed": "reply"}.get(
            said["ed"], said["ed"].removesuffix("ed")
        )
        return Extreme(column=column, largest=said["end"] not in LOW)
    if "noun" in said:
        return Extreme(column=terms(said["noun"])[0], largest=said["high"] not in LOW)
    if "nouns" in said:
        return Extreme(column=terms(said["nouns"])[0], largest=said["many"] not in LOW)
    return Extreme(column="date", largest=said["place"] == "last")


def without_extreme(text: str) -> str:
    """Return the text without the words that ask for an extreme."""
    from webpilot.offline.clauses import QUOTED

    strings = [match.span() for match in QUOTED.finditer(text)]

    def taken(match: re.Match[str]) -> str:
        inner = any(first < match.end() and match.start() < last for first, last in strings)
        return match.group(0) if inner else " "

    return EXTREME.sub(taken, text)


def read_sort(text: str) -> str:
    """Return how a list is to be ordered, the falling orders with a minus, or nothing."""
    plain = re.sub(r"\"[^\"]*\"", " ", text)
    match = SORT.search(plain)
    if match is None:
        return ""
    said = match.group(0).lower()
    for words, order in ORDERS:
        if re.search(words, said):
            return order
    return ""


def read_day(text: str) -> str:
    """Return the day that the goal names, or the empty string."""
    found = first_date(re.sub(r"\"[^\"]*\"", " ", text))
    return found if found and re.search(r"\d", found) and moment(found) is not None else ""


def read_bounds(text: str) -> tuple[Bound, ...]:
    """Return the numbers that limit which things count; a price where the goal says no more."""
    between = BETWEEN.search(text)
    if between:
        return (
            Bound(column="price", least=_number(between.group(1)), most=_number(between.group(2))),
        )
    found = []
    below, above = BELOW.search(text), ABOVE.search(text)
    if below:
        found.append(Bound(column=_bounded(text, below), most=_number(below.group(1))))
    if above:
        found.append(Bound(column=_bounded(text, above), least=_number(above.group(1))))
    return tuple(found)


def _bounded(text: str, match: re.Match[str]) -> str:
    """Return what a bound is about: a price, or what the words after the number name."""
    if re.search(r"[\u00a3$\u20ac]", match.group()):
        return "price"
    after = re.match(r"\s+(?:units?\s+|items?\s+)?(?:in\s+)?(?P<noun>[a-z]+)", text[match.end() :])
    noun = after.group("noun") if after else ""
    known = noun in ("stock", "reviews", "replies", "comments", "views", "items", "points", "stars")
    return noun if known else "price"


def read_values(text: str) -> tuple[str, ...]:
    """Return the words that a record must show to count: states, and values of named columns."""
    said = (match.group("value").strip("\"'") for match in VALUED.finditer(text))
    found = [value for value in said if terms(value)[:1] and terms(value)[0] not in UNSTATED]
    plain = re.sub(r"\"[^\"]*\"", " ", text)
    found += [match.group("value") for match in NAMED_VALUE.finditer(plain)]
    for match in re.finditer(
        r"\b(?P<value>[A-Za-z]+)\s+(?:tickets?|orders?|issues?|bugs?|reviews?|topics?|vouchers?)\b",
        plain,
    ):
        if match.group("value").lower() in STATES:
            found.append(match.group("value"))
    for match in re.finditer(
        r"\b(?:are|is|were|was|been|still|currently|marked(?: as)?)\s+(?P<value>[A-Za-z]+)\b", plain
    ):
        if match.group("value").lower() in STATES:
            found.append(match.group("value"))
    return tuple(dict.fromkeys(found))


def read_columns(text: str) -> tuple[str, ...]:
    """Return the names of the columns whose values the goal gives."""
    return tuple(dict.fromkeys(match.group("name").lower() for match in VALUED.finditer(text)))


def _number(text: str) -> float:
    return float(text.replace(",", ""))
