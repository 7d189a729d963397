"""How much of their prompts sibling calls share from the beginning on, role by role.

    python -m experiments.bench.prefixes --json prefixes.json

The real roles of both presets ask about one list of orders, whose check boxes change with a click;
a stand-in fills in whatever form they ask for. Siblings are two calls by one template:

* Explorer: the next child of one node is asked for, after one and after two were tried;
* Appraiser, and the Explorer's descriptions and reflections: two children of one node, whose pages
  differ in one line;
* Controller, Planner: two attempts at one subtask that ended on different pages;
* Extractor: two things to be read off one page; two sets of facts.

The last two figures are those of one queue that holds the calls of four nodes for three children
each, nodes in turn: how much of each prompt the one sent before it shares, by scheduler.

A shared beginning is what a server's prefix cache can use again. What is asked of both siblings in
the same words is left out. The Verifier of `webpilot` asks nobody, that of `paper` mends the form
of two actions proposed on one page.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from experiments.bench.orders import (
    PLAN,
    TASK,
    attempt,
    child,
    facts,
    page,
    parent,
    reading,
    review,
)
from experiments.bench.tables import save, table
from mcts.protocols import NodeContext
from prompts.asking import Asker
from prompts.paper_schema import NextAction
from webpilot.cast import STYLES
from webpilot.llm.prefixes import equal_beginning, sent
from webpilot.llm.protocol import ModelRequest
from webpilot.llm.scheduling import SCHEDULERS, Ticket
from webpilot.llm.scripted import ScriptedLLM
from webpilot.paper.grammar import offered
from webpilot.paper.verifier import PaperVerifier
from webpilot.roles import Roles, Verifier
from webpilot.types import ReflectionScope

__all__ = ["ROWS", "Shared", "filled", "main", "measure", "ordered", "summary"]

ROWS = (5, 20, 60)
"""Orders on the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Two sibling calls by one template."""

    preset: str
    role: str
    purpose: str
    """The template."""
    rows: int
    """Orders on the page."""
    prompt_bytes: int
    """Of the second call."""
    share: float
    """In [0, 1], of the second prompt: what it begins with as the first one did."""


Calls = Mapping[str, Callable[[Roles, int, int], Awaitable[object]]]
REFLECTIONS = (ReflectionScope.CHILD, ReflectionScope.SIBLING, ReflectionScope.SIMULATION)
CALLS: Calls = {
    "Planner": lambda roles, rows, row: roles.planner.refine(TASK, PLAN, review(rows, row)),
    "Controller": lambda roles, rows, row: _both(
        roles.controller.complete(TASK, attempt(rows, row)),
        roles.controller.reflect(TASK, attempt(rows, row), "an order is missing"),
    ),
    "Extractor": lambda roles, rows, row: _both(
        roles.extractor.extract(TASK, reading(row), page(rows), ()),
        roles.extractor.conclude(TASK, PLAN, facts(row)),
    ),
    "Explorer": lambda roles, rows, row: roles.explorer.propose(parent(rows, row), 3),
    "Explorer, of a child": lambda roles, rows, row: _both(
        roles.explorer.describe(child(rows, row)),
        *(roles.explorer.reflect(child(rows, row), scope) for scope in REFLECTIONS),
    ),
    "Verifier": lambda roles, rows, row: _mended(roles.verifier, parent(rows, 0), row),
    "Appraiser": lambda roles, rows, row: _both(
        roles.appraiser.appraise(child(rows, row)), roles.appraiser.completed(child(rows, row))
    ),
}
"""For each role its calls about the first or the second of two siblings."""


async def _mended(verifier: Verifier, context: NodeContext, row: int) -> None:
    """Let the paper's Verifier mend an action that names no element; the other asks nobody."""
    if isinstance(verifier, PaperVerifier):
        choice = NextAction(
            reasoning_process="an order is missing",
            action_intent=f"choose order {1000 + row}",
            element_choice="its check box",
            action_type="click",
            element_info="checkbox",
            action_str="none",
        )
        await verifier.passed(choice, context, offered(TASK.action_kinds))


async def _both(*calls: Awaitable[object]) -> None:
    for call in calls:
        await call


SAID = {"action": "click('10')", "action_type": "click", "action_str": "10"}
"""What a form's field is filled with where its kind does not say enough."""


def filled(request: ModelRequest) -> Mapping[str, Any]:
    """Return a usable answer to whatever is asked."""
    return _value(request.schema, request.schema.get("$defs", {}))  # type: ignore[no-any-return]


def _value(form: Mapping[str, Any], parts: Mapping[str, Any], name: str = "") -> Any:
    """Return a value that fits a part of a JSON schema."""
    if "$ref" in form:
        return _value(parts[form["$ref"].rpartition("/")[2]], parts, name)
    if "enum" in form:
        return form["enum"][0]
    if "anyOf" in form:
        return _value(form["anyOf"][0], parts, name)
    match form.get("type"):
        case "object":
            return {key: _value(each, parts, key) for key, each in form["properties"].items()}
        case "array":
            return [_value(form["items"], parts)] if name in ("candidates", "plan") else []
        case "boolean":
            return False
        case "number" | "integer":
            return 0
        case _:
            return SAID.get(name, "as it stands")


def measure(preset: str, rows: int) -> list[Shared]:
    """Return what sibling calls share on a page of so many orders, in the order of asking."""
    found = {}
    for role, call in CALLS.items():
        llm = ScriptedLLM(filled)
        asker = Asker(llm=llm, model="scripted", salt=b"a run of its own")
        for row in (1, 2):
            asyncio.run(_awaited(call(STYLES[preset](asker, TASK), rows, row)))
        by_purpose: dict[str, dict[str, None]] = {}
        for request in llm.requests:
            by_purpose.setdefault(request.purpose, {})[sent(request)] = None
        for purpose, prompts in by_purpose.items():
            if len(prompts) < 2:
                continue  # asked once, or the same of both
            one, *_, other = prompts
            found[purpose] = Shared(
                preset=preset,
                role=role.partition(",")[0],
                purpose=purpose,
                rows=rows,
                prompt_bytes=len(other.encode()),
                share=equal_beginning(one, other) / len(other),
            )
    return list(found.values())


async def _awaited(call: Awaitable[object]) -> None:
    await call


def ordered(scheduler: str, rows: int = 20) -> float:
    """Return what prompts share with the one sent before, in [0, 1] of their characters."""
    llm = ScriptedLLM(filled)
    roles = STYLES["webpilot"](Asker(llm=llm, model="scripted", salt=b"a run of its own"), TASK)
    for tried in range(3):
        for checked in range(4):
            asyncio.run(_awaited(roles.explorer.propose(parent(rows, tried, checked), 3)))

    async def served() -> list[str]:
        queue = SCHEDULERS[scheduler]()
        for request in llm.requests:
            queue.add(Ticket.of(request, 0.0))
        return [queue.pop(0.0).text for _ in llm.requests]

    prompts = asyncio.run(served())
    alike = [equal_beginning(one, other) for one, other in itertools.pairwise(prompts)]
    return sum(alike) / sum(len(prompt) for prompt in prompts[1:])


def summary(found: Sequence[Shared]) -> dict[str, float]:
    """Return the smallest share of each preset's role, over its templates and pages."""
    least: dict[str, float] = {}
    for each in found:
        name = f"{each.preset}_{each.role.lower()}"
        least[name] = round(min(each.share, least.get(name, 1.0)), 4)
    return least


def main(argv: Sequence[str] | None = None) -> int:
    """Ask, print and write; return the exit status."""
    parser = argparse.ArgumentParser(prog="experiments.bench.prefixes", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--json", type=Path, help="where to write summary and rows")
    arguments = parser.parse_args(sys.argv[1:] if argv is None else argv)
    found = [each for name in STYLES for rows in ROWS for each in measure(name, rows)]
    plain = [asdict(each) for each in found]
    print(table(list(plain[0]), [list(row.values()) for row in plain]))
    print()
    print(table(("smallest share", ""), [list(item) for item in summary(found).items()]))
    print()
    order = {f"sent_before_{name}": round(ordered(name), 4) for name in SCHEDULERS}
    print(table(("shared with the call sent before", ""), [list(item) for item in order.items()]))
    save(arguments.json, {**summary(found), **order}, plain)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
