"""Sliders and spin buttons, in closed loop: act, read the value shown, correct."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from webpilot.offline.actions import click, fill, mouse_click, press
from webpilot.offline.clauses import Clause, Piece, Reading
from webpilot.offline.gauges import Slider, sliders, spinners
from webpilot.offline.geometry import LinearScale, distance, fitted_scale, holds
from webpilot.offline.matching import similarity
from webpilot.offline.memory import Memory
from webpilot.offline.page import PageView
from webpilot.offline.pointer import Move, carried, clicks, drags, held, under_way
from webpilot.offline.skills.protocol import Proposal

__all__ = ["SetValues", "Sliders"]

NUMBER = re.compile(r"(?<![\w.])[-\u2212]?\d+(?:\.\d+)?(?![\w]|\.\d)")
WIDGET = re.compile(
    r"\b(?P<kind>sliders?|range (?:input|control)|knob|dial|"
    r"spinners?|spin ?(?:button|box)|steppers?|counter)\b",
    re.IGNORECASE,
)
COMBINATION = re.compile(r"[\[(]\s*(?P<list>-?\d+(?:\.\d+)?(?:\s*,\s*-?\d+(?:\.\d+)?)+)\s*[\])]")
LABEL = re.compile(
    r"\b(?:set|move|drag|slide|adjust|change|put|turn)\s+(?:the\s+)?(?P<label>[\w ]*?)\s*"
    r"\b(?:slider|spinner|knob|dial|stepper|counter|range)\b",
    re.IGNORECASE,
)
GRIP = 9.0
"""Half the size of a handle, in CSS pixels."""
NEAR = 4
"""Steps up to which keys are surer than another click on the track."""
FAR = 8
"""Steps up to which keys come into question."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetValues(Clause):
    """The sliders of the page, or the one of a label, must show these values."""

    values: tuple[float, ...]
    label: str = ""
    spins: bool = False
    """The goal speaks of a spin button."""


class Sliders:
    """Clicks the track where the value should be, then steps with keys what is still missing."""

    name = "sliders"
    clause_types: tuple[type[Clause], ...] = (SetValues,)

    def read(self, piece: Piece) -> Reading | None:
        """Return the values a slider or spin button must show."""
        widget = WIDGET.search(piece.text)
        if widget is None:
            return None
        listed = COMBINATION.search(piece.text)
        text = listed.group("list") if listed else piece.text
        found = [float(match.group().replace("\u2212", "-")) for match in NUMBER.finditer(text)]
        if not found:
            return None
        label = LABEL.search(piece.text)
        clause = SetValues(
            text=piece.text,
            values=tuple(found) if listed else (found[-1],),
            label=label.group("label").strip() if label else "",
            spins=widget.group("kind").lower().startswith(("spin", "step", "count")),
        )
        return Reading(clauses=(clause,), confidence=0.9)

    def degree(self, view: PageView, clause: Clause, memory: Memory) -> float:
        """Return the share of the values that are shown, near misses counted in part."""
        assert isinstance(clause, SetValues)
        pairs = _pairs(view, clause, memory)
        if not pairs:
            return 0.0
        degree = sum(_closeness(slider, value) for slider, value in pairs) / len(pairs)
        return under_way(degree, memory, _pulls(view, pairs, memory), 1 / len(pairs))

    def propose(self, view: PageView, clause: Clause, memory: Memory) -> Iterable[Proposal]:
        """Yield the next click, key or entry for the first value that is not shown."""
        assert isinstance(clause, SetValues)
        pairs = _pairs(view, clause, memory)
        if held(memory) is not None:
            yield from carried(view, memory, _pulls(view, pairs, memory))
            return
        for slider, wanted in pairs:
            if slider.value != wanted:
                yield from _toward(view, slider, wanted, memory)
                return


def _pulls(view: PageView, pairs: Sequence[tuple[Slider, float]], memory: Memory) -> Iterable[Move]:
    """Yield where the handle that is held must come to."""
    begun = held(memory)
    for slider, wanted in pairs:
        scale = _scale(view, slider, memory)
        x, y, width, height = slider.box
        if begun is None or scale is None:
            continue
        if holds((x, y, width, height), begun[0], -GRIP):
            end = slider.spot(scale.position(wanted))
            yield Move(start=begun[0], end=end, reason=f"to {wanted:g}")


def _closeness(slider: Slider, wanted: float) -> float:
    if slider.value is None:
        return 0.0
    away = abs(slider.value - wanted)
    return 1.0 if away == 0 else 0.8 / (1.0 + away)


def _pairs(view: PageView, clause: SetValues, memory: Memory) -> list[tuple[Slider, float]]:
    """Return which slider must show which value, in document order."""
    found = list(spinners(view) if clause.spins else sliders(view))
    if not found:
        found = list(sliders(view) or spinners(view))
    if clause.label and len(found) > len(clause.values):
        found.sort(key=lambda one: -_labelled(view, one, clause.label))
    believed = [_believed(slider, memory) for slider in found]
    return list(zip(believed, clause.values, strict=False))


def _believed(slider: Slider, memory: Memory) -> Slider:
    """Return the slider with what was just typed into it.

    A spinner tells assistive technology its value only when the focus leaves it.
    """
    last = memory.last
    if last is None or last.action.kind != "fill" or last.failed or last.target is None:
        return slider
    if last.target.bid != slider.track.bid or slider.track.role != "spinbutton":
        return slider
    return replace(slider, value=float(str(last.action.args[1])))


def _labelled(view: PageView, slider: Slider, label: str) -> float:
    names = [slider.track.label, " ".join(sorted(slider.track.words))]
    names += [node.content for node in view.ancestors(slider.track)][:1]
    return max(similarity(label, name) for name in names)


def _samples(
    view: PageView, slider: Slider, memory: Memory, *, peers: bool
) -> list[tuple[float, float]]:
    """Return (position, value) of the handle on every page seen, of like sliders' too if asked."""
    found = []
    for seen in memory.views(view):
        for other in sliders(seen):
            own = other.track.order == slider.track.order
            like = other.ends[0][0] == slider.ends[0][0] and other.box[2:] == slider.box[2:]
            if (own or (peers and like)) and other.thumb is not None and other.value is not None:
                found.append((slider.along(other.thumb), other.value))
    return found


def _scale(view: PageView, slider: Slider, memory: Memory) -> LinearScale | None:
    """Return how position and value go together, from limits where stated, else from samples.

    Two samples of the slider's own are better than those of a slider that looks the same.
    """
    if slider.low is not None and slider.high is not None and slider.high > slider.low:
        first, last = (slider.along(point) for point in slider.ends)
        # a native thumb stops half its width short of the ends
        inset = 7.0 if slider.native else 0.0
        return fitted_scale([(first + inset, slider.low), (last - inset, slider.high)])
    own = fitted_scale(_samples(view, slider, memory, peers=False))
    return own or fitted_scale(_samples(view, slider, memory, peers=not slider.upright))


def _toward(view: PageView, slider: Slider, wanted: float, memory: Memory) -> Iterable[Proposal]:
    """Yield ways to bring one slider to a value, the surest first."""
    reason = f"shows {slider.value}, wanted {wanted:g}"
    if slider.track.role == "spinbutton":
        yield from _spin(view, slider, wanted, reason)
        return
    if slider.native:
        entry = fill(slider.track, f"{wanted:g}")
        if not memory.did(entry):
            yield Proposal(action=entry, score=0.9, reason=reason)
    steps = abs((slider.value or 0.0) - wanted) / slider.step
    if slider.value is not None and steps <= FAR:
        if _focused(view, slider):
            key = _key(slider, rising=wanted > slider.value)
            score = 0.75 + 0.2 / steps if steps <= NEAR else 0.5
            yield Proposal(action=press(key), score=score, reason=reason)
        elif steps <= NEAR and slider.thumb is not None:
            hold = mouse_click(view, *slider.thumb)
            score = 0.82 if steps <= 1 else 0.6
            yield Proposal(action=hold, score=score, reason="takes the handle for the keys")
    yield from _track_clicks(view, slider, wanted, memory, reason)


def _key(slider: Slider, *, rising: bool) -> str:
    if slider.upright:
        return "ArrowUp" if rising else "ArrowDown"
    return "ArrowRight" if rising else "ArrowLeft"


def _focused(view: PageView, slider: Slider) -> bool:
    focused = view.node(view.focused)
    if focused is None:
        return False
    return focused.bid == slider.track.bid or any(
        node.bid == slider.track.bid for node in view.ancestors(focused)
    )


def _track_clicks(
    view: PageView, slider: Slider, wanted: float, memory: Memory, reason: str
) -> Iterable[Proposal]:
    """Yield a click where the value should be, or at an end while the scale is unknown."""
    scale = _scale(view, slider, memory)
    if scale is not None:
        spot = slider.spot(scale.position(wanted))
        thumb = slider.thumb
        if thumb is not None and not slider.native and distance(thumb, spot) <= GRIP:
            # a click there would only touch the handle
            failed = any(distance(d.start, thumb) < 1 and not d.moved for d in drags(memory))
            move = Move(start=thumb, end=spot, reason=reason, score=0.3 if failed else 0.81)
            yield from carried(view, memory, (move,))
            return
        tried = [where for where, _ in clicks(memory) if distance(where, spot) < 1]
        yield Proposal(action=mouse_click(view, *spot), score=0.3 if tried else 0.9, reason=reason)
        return
    low, high = slider.ends
    ends = (high, low) if slider.value is None or wanted > slider.value else (low, high)
    for rank, end in enumerate(ends):
        tried = [where for where, _ in clicks(memory) if distance(where, end) < 1]
        score = (0.7, 0.4)[rank] * (0.2 if tried else 1.0)
        yield Proposal(action=mouse_click(view, *end), score=score, reason="finds the scale")


def _spin(view: PageView, slider: Slider, wanted: float, reason: str) -> Iterable[Proposal]:
    if slider.track.editable:
        yield Proposal(action=fill(slider.track, f"{wanted:g}"), score=0.9, reason=reason)
    rising = slider.value is None or wanted > slider.value
    if _focused(view, slider):
        key = "ArrowUp" if rising else "ArrowDown"
        yield Proposal(action=press(key), score=0.6, reason=reason)
    words = {"up", "plus", "increment", "increase"} if rising else {"down", "minus", "decrement"}
    for node in view.clickable:
        near = distance(node.center, slider.track.center) < 120
        if near and (node.words & words or node.label in (("+", "▲") if rising else ("-", "▼"))):
            yield Proposal(action=click(view, node), score=0.7, reason=reason)
