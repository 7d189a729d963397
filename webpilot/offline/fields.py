"""Which field a goal means: by label, kind, place, or because it is the only one."""

from __future__ import annotations

from webpilot.offline.matching import fold, similarity, stem, words
from webpilot.offline.page import Node, PageView
from webpilot.offline.targets import Target

__all__ = ["GENERIC", "fields_for", "holds"]

GENERIC_WORDS = """
textbox textarea field input box text form value both all two one each page it area item number
below above correct given enter type write upper lower case letter
"""
GENERIC = frozenset(GENERIC_WORDS.split())
"""Words that say no more of a field than that it is one."""

UNNAMED = 0.3
"""Score below which a field does not answer to a name; the mark of a guess among such fields."""


def fields_for(view: PageView, target: Target) -> list[tuple[float, Node]]:
    """Return the fields the target may mean with scores in [0, 1], best first."""
    fields = [node for node in view.editable if node.attributes.get("type") != "hidden"]
    if target.kind == "textarea":
        fields.sort(key=lambda node: node.tag != "textarea")
    if target.number is not None:
        place = target.number - 1 if target.number > 0 else -1
        return [(0.95, fields[place])] if -len(fields) <= place < len(fields) else []
    wanted = [word for word in words(target.name) if word not in GENERIC]
    if not wanted:
        return [(0.9 - 0.1 * min(place, 5), field) for place, field in enumerate(fields)]
    scored = [(_named(" ".join(wanted), field), field) for field in fields]
    best = max((mark for mark, _ in scored), default=0.0)
    if best < UNNAMED:
        sure = 0.85 if len(fields) == 1 else UNNAMED
        return [(sure, field) for field in fields]
    return sorted(scored, key=lambda pair: (-pair[0], pair[1].order))


def _named(name: str, field: Node) -> float:
    """Return how well the field's label, kind or identifier answers to a name."""
    cues = {stem(word) for word in field.words} | {field.attributes.get("name", "")}
    cues.add(field.attributes.get("type", ""))
    cued = max((similarity(name, cue) for cue in cues if cue), default=0.0)
    labels = (field.label, *field.aliases)
    called = max(similarity(name, label) for label in labels)
    within = any(fold(name) in fold(label) for label in labels)
    return max(called, 0.9 * cued, 0.9 * within)


def holds(field: Node, text: str) -> bool:
    """Return whether the field shows the text.

    A masked field shows no more than its length; white space may be folded.
    """
    if field.attributes.get("type") == "password" and len(set(field.value)) == 1:
        return len(field.value) == len(text)
    return field.value == text or field.value.split() == text.split()
