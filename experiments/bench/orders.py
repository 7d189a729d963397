"""One list of orders, and what roles are asked about it: for :mod:`experiments.bench.prefixes`.

A click on an order's check box changes one line of the page.
"""

from __future__ import annotations

from mcts.protocols import HistoryStep, NodeContext, SiblingNote
from webpilot.observation import Element, Fingerprint, Observation
from webpilot.plan import Fact, Plan, Subtask
from webpilot.roles import Attempt, Review
from webpilot.types import Action, Candidate, Completion, Effect, Reflection, ReflectionScope, Task

__all__ = [
    "PLAN",
    "TASK",
    "attempt",
    "child",
    "facts",
    "page",
    "parent",
    "reading",
    "review",
    "step",
]

TASK = Task(
    id="orders.send",
    seed=0,
    goal="Choose the orders 1003 and 1004 and send them.",
    action_kinds=("click", "fill"),
    action_limit=10,
)
SUBTASK = Subtask(goal="Choose the orders 1003 and 1004", expectation="both are checked")
PLAN = Plan(subtasks=(SUBTASK,), expectation="the orders are sent")
EFFECT = Effect(description="a list of orders", changes="one order is checked", fulfilment="met")


def page(rows: int, *checked: int) -> Observation:
    """Return the list of orders, some of them checked."""
    lines, elements = ["RootWebArea 'Orders of the week', focused"], []
    for row in range(rows):
        bid, state = str(3 * row + 10), "true" if row in checked else "false"
        lines += [
            f"\t[{bid}] checkbox 'Order {1000 + row}', checked='{state}'",
            f"\tStaticText 'for customer {row * 37 % 101}, {row % 7 + 1} parcels, day {row}'",
            f"\t[{3 * row + 11}] link 'Details of order {1000 + row}'",
        ]
        elements.append(Element(bid=bid, role="checkbox", name=f"Order {1000 + row}"))
    text = "\n".join([*lines, "\t[5] button 'Send the chosen orders'"])
    return Observation(
        text=text,
        title="Orders",
        url="http://site/orders",
        elements=tuple(elements),
        fingerprint=Fingerprint(exact=text, interactive=text),
    )


def step(rows: int, row: int) -> HistoryStep:
    """Return the click that checks one of the orders."""
    before, bid = page(rows), str(3 * row + 10)
    action = Action(
        kind="click", args=(bid,), target=before.element(bid), intent=f"choose order {1000 + row}"
    )
    return HistoryStep(action=action, observation=page(rows, row), effect=EFFECT)


def child(rows: int, row: int) -> NodeContext:
    """Return the node that a click on one of the rows leads to."""
    taken = step(rows, row)
    return NodeContext(
        goal=TASK.goal,
        subtask=SUBTASK,
        observation=taken.observation,
        root=page(rows),
        history=(taken,),
        seed=(row,),
    )


def parent(rows: int, tried: int, *checked: int) -> NodeContext:
    """Return a node, some orders checked, whose next child is asked for after so many others."""
    notes = [
        SiblingNote(
            candidate=Candidate(move=step(rows, row).action),
            reflection=Reflection(
                scope=ReflectionScope.SIBLING, text=f"order {1000 + row} was not asked for"
            ),
        )
        for row in range(tried)
    ]
    return NodeContext(
        goal=TASK.goal,
        subtask=SUBTASK,
        observation=page(rows, *checked),
        root=page(rows),
        siblings=tuple(notes),
        seed=(99,),
    )


def attempt(rows: int, row: int) -> Attempt:
    """Return a search that has checked one of the orders and ended there."""
    return Attempt(
        subtask=SUBTASK,
        root=page(rows),
        steps=(step(rows, row),),
        accepted=False,
        stop_reason="exhausted",
    )


def review(rows: int, row: int) -> Review:
    """Return what the Planner is told after such an attempt."""
    completion = Completion(
        done=False, reason=f"order {1003 + row} is missing", description="a list of orders"
    )
    return Review(attempt=attempt(rows, row), completion=completion)


def reading(row: int) -> Subtask:
    """Return the subtask that asks for one order's parcels."""
    return Subtask(goal=f"Read how many parcels order {1000 + row} has", needs_answer=True)


def facts(count: int) -> tuple[Fact, ...]:
    """Return the parcels of so many orders, as they were read."""
    return tuple(
        Fact(question=reading(row).goal, value=f"{row % 7 + 1}", evidence=f"{row % 7 + 1} parcels")
        for row in range(count)
    )
