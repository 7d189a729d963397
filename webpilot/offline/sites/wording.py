"""Words that sites and people use for the same things, and how well two phrases agree."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from webpilot.offline.matching import fold, stem

__all__ = [
    "OBJECTS",
    "akin",
    "content",
    "covered",
    "fold_word",
    "nearness",
    "overlap",
    "related",
    "same_deed",
    "same_words",
    "terms",
]

STOPS = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "to",
        "in",
        "on",
        "at",
        "for",
        "and",
        "or",
        "into",
        "from",
        "with",
        "by",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "that",
        "this",
        "these",
        "those",
        "it",
        "its",
        "my",
        "your",
        "our",
        "their",
        "his",
        "her",
        "me",
        "i",
        "you",
        "we",
        "they",
        "he",
        "she",
        "do",
        "does",
        "did",
        "have",
        "has",
        "had",
        "there",
        "all",
        "any",
        "some",
        "each",
        "every",
        "than",
        "please",
        "can",
        "could",
        "would",
        "will",
        "shall",
        "not",
        "as",
        "so",
        "page",
        "site",
        "website",
        "store",
    ]
)

SAME = tuple(
    frozenset(group.split())
    for group in (
        "basket cart bag",
        "wishlist wish favourite favorite",
        "order purchase",
        "profile account setting preference",
        "ticket issue bug",
        "topic thread post submission discussion",
        "reply comment respond response answer",
        "category forum subforum section subreddit board department",
        "user customer member people",
        "review rating feedback",
        "delete remove trash",
        "edit change modify update",
        "add new create compose start",
        "save submit apply",
        "title name subject summary headline heading",
        "body description content text message comment detail explanation remark post",
        "author submitter reporter poster writer by owner creator started",
        "price cost amount",
        "stock availability inventory",
        "date time day placed created",
        "quantity qty amount number count",
        "phone telephone mobile",
        "mail email e-mail",
        "surname last family",
        "first given forename",
        "postcode zip postal",
        "voucher coupon promotion",
        "article page entry",
        "wiki documentation",
        "search find",
        "severity importance",
        "score star rating",
        "status state",
        "assign owner assignee responsible",
        "shipped dispatched",
        "login signin",
        "like upvote heart",
        "rename retitle",
        "product item good",
        "commit checkin check-in",
        "repository repo code",
        "history timeline log activity",
        "biography bio about",
        "homepage website url",
        "rank level priority",
        "founded established founding",
        "spouse wife husband married",
        "born birth",
        "pending awaiting waiting moderation unapproved",
        "died death",
    )
)
"""Words that stand for one another on most sites."""

DEEDS = tuple(
    frozenset(group.split())
    for group in (
        "delete remove trash discard",
        "edit change modify update amend",
        "add new create compose start",
        "save submit apply",
        "write leave compose",
        "reply respond answer comment",
        "like upvote heart",
        "rename retitle",
        "search find",
        "buy order purchase checkout",
        "approve accept",
        "save bookmark favourite favorite",
    )
)
"""Verbs that stand for one another on controls."""

GROUPS: dict[str, tuple[int, ...]] = {}
for _place, _group in enumerate(SAME):
    for _word in _group:
        GROUPS[stem(_word)] = (*GROUPS.get(stem(_word), ()), _place)

OBJECTS = frozenset(
    [
        "basket",
        "cart",
        "wishlist",
        "order",
        "review",
        "rating",
        "profile",
        "account",
        "address",
        "ticket",
        "issue",
        "bug",
        "topic",
        "thread",
        "post",
        "comment",
        "reply",
        "category",
        "forum",
        "user",
        "customer",
        "product",
        "item",
        "voucher",
        "coupon",
        "range",
        "article",
        "page",
        "wiki",
        "branch",
        "tag",
        "file",
        "commit",
        "report",
        "timeline",
        "notification",
        "bookmark",
        "message",
        "poll",
        "password",
        "email",
        "subscription",
        "newsletter",
        "attachment",
        "stock",
        "offer",
        "partner",
        "attribute",
        "option",
        "type",
        "list",
        "stockrecord",
        "supplier",
        "checkout",
        "payment",
        "shipping",
        "history",
        "settings",
        "report",
        "alert",
    ]
)
"""Nouns for what a site keeps, one word each."""

HOMES = {
    "product": "catalogue catalog product shop inventory",
    "stock": "catalogue catalog product inventory",
    "order": "fulfilment fulfillment order sale account history",
    "customer": "customer user account",
    "user": "user customer member people",
    "voucher": "offer voucher promotion marketing discount",
    "coupon": "offer voucher promotion marketing discount",
    "offer": "offer promotion marketing",
    "review": "content review product",
    "page": "content page",
    "category": "catalogue catalog category forum",
    "address": "address account profile",
    "profile": "profile account setting user",
    "account": "account profile setting",
    "ticket": "ticket issue bug report",
    "wiki": "wiki page documentation",
    "commit": "timeline history commit",
    "topic": "topic forum category",
    "wishlist": "wish account",
    "basket": "basket cart",
}
"""Where in a menu a site usually keeps what a noun names."""

PHRASES = (
    (re.compile(r"\bwish[\s-]+lists?\b", re.I), "wishlist"),
    (re.compile(r"\b(?:shopping )?(?:cart|bag)\b", re.I), "basket"),
    (re.compile(r"\be-?mails?\b", re.I), "email"),
    (re.compile(r"\bcheck[\s-]ins?\b", re.I), "commit"),
)


@lru_cache(maxsize=8192)
def terms(text: str) -> tuple[str, ...]:
    """Return the stemmed words of a text in order, common spellings made one."""
    for pattern, plain in PHRASES:
        text = pattern.sub(plain, text)
    parts = re.findall(r"[^\W_]+(?:[.'][^\W_]+)*", text.lower())
    return tuple(stem(part.removesuffix("'s")) for part in parts)


@lru_cache(maxsize=8192)
def content(text: str) -> tuple[str, ...]:
    """Return the words of a text that say something, in order; all of them if none does."""
    found = tuple(word for word in terms(text) if word not in STOPS)
    return found or terms(text)


@lru_cache(maxsize=1 << 14)
def root(word: str) -> str:
    """Return a word without the endings of verbs; the whole of a short one."""
    for ending in ("ing", "ed", "es", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


@lru_cache(maxsize=1 << 15)
def akin(word: str, other: str) -> float:
    """Return in [0, 1] how near two stemmed words are."""
    if word == other:
        return 1.0
    if word.isdigit() or other.isdigit():
        return 0.0
    if set(GROUPS.get(word, ())) & set(GROUPS.get(other, ())):
        return 0.75
    if root(word) == root(other):
        return 0.9
    shorter, longer = sorted((word, other), key=len)
    if len(shorter) >= 5 and longer.startswith(shorter) and len(longer) - len(shorter) <= 3:
        return 0.85
    return 0.0


def same_deed(verb: str, word: str) -> bool:
    """Return whether a control's word says the deed."""
    verb, word = stem(verb), stem(word)
    return verb == word or any(verb in group and word in group for group in DEEDS)


@lru_cache(maxsize=1 << 14)
def covered(wanted: str, found: str) -> float:
    """Return the share of the wanted words that ``found`` shows, in [0, 1]."""
    ours, theirs = content(wanted), content(found)
    if not ours or not theirs:
        return 0.0
    shown = set(theirs)
    total = sum(
        1.0 if word in shown else max((akin(word, other) for other in shown), default=0.0)
        for word in ours
    )
    return total / len(ours)


@lru_cache(maxsize=1 << 14)
def overlap(wanted: str, found: str) -> float:
    """Return in [0, 1] how well ``found`` answers to ``wanted``; 1 for the same words."""
    if not wanted.strip() or not found.strip():
        return 0.0
    if fold(wanted) == fold(found):
        return 1.0
    ours, theirs = content(wanted), content(found)
    if ours == theirs:
        return 0.97
    recall = covered(wanted, found)
    precision = covered(found, wanted)
    return 0.95 * recall * (0.55 + 0.45 * precision)


def same_words(wanted: str, found: str) -> bool:
    """Return whether two names have the same words, articles and signs left out."""
    return bool(wanted) and content(wanted) == content(found)


def related(nouns: Iterable[str], *, own: bool) -> dict[str, float]:
    """Return the words that menus use for where these nouns are kept, with how near they are.

    ``own`` says that the user's own are meant, which sites keep under the account.
    """
    found: dict[str, float] = {}
    for noun in nouns:
        for word in HOMES.get(noun, noun).split():
            if (
                own
                or noun in ("account", "profile")
                or word not in ("account", "profile", "history")
            ):
                found.setdefault(stem(word), 0.62)
        found[noun] = 1.0
    return found


def nearness(word: str, menu: dict[str, float]) -> float:
    """Return how near a menu's word is to what is looked for; synonyms count nearly whole."""
    marks = (
        weight * (1.0 if akin(word, n) == 1.0 else 1.15 * akin(word, n))
        for n, weight in menu.items()
    )
    return min(1.0, max(marks, default=0.0))


def fold_word(word: str) -> str:
    """Return a word's stem in lower case, or the empty string."""
    found = terms(word)
    return found[0] if found else ""
