"""Lists over several pages: which records count, whether all were seen, which is the extreme."""

from __future__ import annotations

import re
from collections.abc import Sequence

from webpilot.offline.sites.errand import Bound, Errand, Extreme
from webpilot.offline.sites.page import SitePage
from webpilot.offline.sites.quantities import first_money, moment, number_in
from webpilot.offline.sites.questions import STATES
from webpilot.offline.sites.relevance import nouns
from webpilot.offline.sites.structure import Group, Record, groups, next_link
from webpilot.offline.sites.trail import Trail
from webpilot.offline.sites.wording import akin, content, fold_word, terms

__all__ = ["best_of", "fitting", "listing", "whole"]

SCORES = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "zero": 0}


def listing(errand: Errand, trail: Trail) -> tuple[Record, ...] | None:
    """Return the records of the list at hand, those of its earlier pages first, or ``None``."""
    group = main_group(trail.page, errand)
    if group is None:
        return None
    found = list(group.records)
    title = trail.page.title
    seen = {trail.page.key}
    for step in reversed(trail.steps):
        page = step.before
        if step.target is None or next_link(page) is None:
            break
        onward = next_link(page)
        if onward is None or onward.bid != step.target.bid or page.title != title:
            break
        earlier = main_group(page, errand)
        if earlier is not None and page.key not in seen:
            found = [*earlier.records, *found]
            seen.add(page.key)
    return tuple(found)


def whole(errand: Errand, trail: Trail) -> bool:
    """Return whether the list's last page is at hand."""
    del errand
    return next_link(trail.page) is None


def main_group(page: SitePage, errand: Errand) -> Group | None:
    """Return the group of records that the errand is about, or ``None``."""
    wanted = nouns(errand)
    best: tuple[float, Group] | None = None
    for group in groups(page):
        mark = _weight(page, group, errand, wanted)
        if mark > 0 and (best is None or mark > best[0]):
            best = (mark, group)
    return None if best is None else best[1]


def _weight(page: SitePage, group: Group, errand: Errand, wanted: tuple[str, ...]) -> float:
    """Return how likely a group is the list that matters: titled, full, of the right kind."""
    records = group.records
    titled = sum(bool(record.title) for record in records)
    text = sum(min(len(record.text), 200) for record in records)
    mark = titled + text / 100
    heads = " ".join((*records[0].headers, " ".join(group.holder.words)))
    mark *= 1.0 + 0.5 * any(akin(word, other) >= 0.75 for word in wanted for other in terms(heads))
    extreme = errand.extreme
    if extreme is not None and any(measure(page, r, extreme.column) is not None for r in records):
        mark *= 2.0
    if errand.values and any(_shows(record, errand.values[0]) for record in records):
        mark *= 2.0
    if group.table:
        mark *= 1.2
    return mark


def fitting(records: Sequence[Record] | None, errand: Errand) -> tuple[Record, ...] | None:
    """Return the records that show all the errand's values and keep within its bounds."""
    if records is None:
        return None
    found = []
    for record in records:
        if not all(_shows(record, value) for value in errand.values):
            continue
        if errand.person and not _shows(record, errand.person) and not errand.thing:
            continue
        if all(_within(record, bound) for bound in errand.bounds):
            found.append(record)
    return tuple(found)


def _shows(record: Record, value: str) -> bool:
    """Return whether a record has a value: a cell of its own, or the words in its text."""
    wanted = content(value)
    if any(content(cell) == wanted for cell in record.cells if cell):
        return True
    if record.headers and not set(wanted) & STATES:
        return any(set(wanted) <= set(content(cell)) for cell in record.cells)
    if record.headers:
        return any(
            set(wanted) <= set(content(cell)) and len(content(cell)) <= len(wanted) + 2
            for cell in record.cells
        )
    return not set(wanted) & STATES and set(wanted) <= set(terms(record.text))


def _within(record: Record, bound: Bound) -> bool:
    """Return whether a record's price, or what else is bounded, is within a bound."""
    amount = measure(None, record, bound.column)
    if amount is None:
        return False
    if bound.column == "price":
        low = bound.least is None or amount >= bound.least
        return low and (bound.most is None or amount <= bound.most)
    low = bound.least is None or amount > bound.least
    return low and (bound.most is None or amount < bound.most)


def best_of(page: SitePage, records: Sequence[Record], extreme: Extreme) -> Record | None:
    """Return the record with most or least of a column, or ``None`` where none shows it."""
    measured = [
        (value, -place, record)
        for place, record in enumerate(records)
        if (value := measure(page, record, extreme.column)) is not None
    ]
    if extreme.column == "date" and 2 * len(measured) < len(records):
        full = [record for record in records if sum(bool(cell) for cell in record.cells) > 1]
        # logs say when in other rows; the newest stands first
        return None if not full else full[0] if extreme.largest else full[-1]
    if not measured:
        return None
    if extreme.largest:
        return max(measured, key=lambda one: one[:2])[2]
    return min(measured, key=lambda one: (one[0], -one[1]))[2]


def measure(page: SitePage | None, record: Record, column: str) -> float | None:
    """Return how much of a column a record has, or ``None`` where it does not show it."""
    told = record.cell(column)
    if column == "date" or akin(column, "date") >= 0.75:
        return moment(told) if told and moment(told) is not None else moment(record.text)
    if akin(column, "price") >= 0.75:
        money = first_money(told or "") or first_money(record.text)
        return number_in(money) if money else (number_in(told) if told else None)
    if akin(column, "rating") >= 0.75:
        return _rating(page, record) if page is not None else None
    if told is not None:
        return number_in(told)
    for match in re.finditer(
        r"(\d[\d,]*)\s+([a-z]+)|([a-z]+)\s*[(:]\s*(\d[\d,]*)", record.text, re.IGNORECASE
    ):
        word = fold_word(match.group(2) or match.group(3) or "")
        if akin(column, word) >= 0.75:
            return float((match.group(1) or match.group(4)).replace(",", ""))
    return None


def _rating(page: SitePage, record: Record) -> float | None:
    """Return a record's rating: stars by class words, ``4 out of 5``, or filled stars."""
    known = page.item(record.item.bid) is record.item
    for item in page.inside(record.item) if known else ():
        if item.words & {"rating", "stars", "star"}:
            counts = [SCORES[word] for word in item.words if word in SCORES]
            if counts:
                return float(counts[0])
    told = re.search(r"(\d(?:\.\d+)?)\s*(?:out of|/)\s*5|(\d(?:\.\d+)?)\s+stars?", record.text)
    if told:
        return float(told.group(1) or told.group(2))
    filled = record.text.count("\u2605")
    return float(filled) if filled else None
