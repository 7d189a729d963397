"""Builders of searches as the real ones look, drawn node by node."""

from __future__ import annotations

import hashlib
from typing import Any

from mcts.node import Node, Simulation, Status
from mcts.tree import Tree
from webpilot.observation import Fingerprint, Observation
from webpilot.records.trees import AttemptRecord
from webpilot.types import (
    Action,
    Appraisal,
    Candidate,
    Completion,
    Done,
    Effect,
    Path,
    Reflection,
    ReflectionScope,
)

HOSTILE = (
    "</pre><script>document.title='owned'</script><img src='http://127.0.0.1:9/x' onerror=alert(1)>"
)
"""What a page might say to take over the report that shows it."""

CHECKBOXES = """RootWebArea '', focused
	[11] generic 'area'
		StaticText 'Select u2Bd, KGo3 and click Submit.'
		[14] checkbox 'u2Bd', checked='{0}'
		[17] checkbox 'KGo3', checked='{1}'
		[20] checkbox 'xTRh9', checked='{2}'
		[22] button 'Submit'"""


def page(text: str, *, error: str = "") -> Observation:
    """Return a page whose fingerprint is a digest of its text."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Observation(
        text=text,
        fingerprint=Fingerprint(exact=digest, interactive=digest),
        url="http://miniwob/page.html",
        last_error=error,
    )


def act(kind: str, *args: Any, why: str = "", prior: float | None = None) -> Candidate:
    """Return a proposal of an action."""
    return Candidate(move=Action(kind=kind, args=args), prior=prior, reason=why)


class Sketch:
    """A search tree drawn by hand, with the events that a search of it would have emitted."""

    def __init__(self, start: Observation, subtask: str, attempt: int = 0) -> None:
        self.subtask, self.attempt = subtask, attempt
        self.tree = Tree(Path(root=start), scale="webpilot")
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.best = self.tree.root

    def add(
        self,
        parent: Node,
        candidate: Candidate,
        seen: Observation,
        scores: tuple[float, float] | None = None,
        reason: str = "",
        **fields: Any,
    ) -> Node:
        """Return a new node, scored where scores are given; best is the last one judged done."""
        ended = fields.pop("ended", False)
        node = self.tree.add(parent, candidate, seen, ended=ended)
        if scores is not None:
            node.appraisal = Appraisal(
                effectiveness=scores[0], future_promise=scores[1], reason=reason
            )
            node.reward = node.value = node.mean = round((sum(scores) / 20) ** 1.5, 6)
            for each in (node, *self.tree.ancestors(node)):
                each.visits += 1
                each.scored += 1
                each.value = max(each.value or 0.0, node.value)
                each.mean = each.value * 0.8
        for name, value in fields.items():
            setattr(node, name, value)
        if node.completion is not None and node.completion.done:
            node.status, node.accepted, self.best = Status.TERMINAL, True, node
        return node

    def record(self) -> AttemptRecord:
        """Return the attempt as ``tree.json`` holds it."""
        return AttemptRecord.of(
            self.tree.to_dict(), subtask=self.subtask, attempt=self.attempt, best=self.best.id
        )


def lesson(scope: ReflectionScope, text: str, *avoid: str) -> Reflection:
    """Return a reflection."""
    return Reflection(scope=scope, text=text, avoid=avoid)


def checkboxes() -> Sketch:
    """Return a search that finds three clicks after trying four others."""
    goal = "Select u2Bd, KGo3 and click Submit."

    def shown(*ticked: int) -> Observation:
        return page(CHECKBOXES.format(*("true" if i in ticked else "false" for i in range(3))))

    sketch = Sketch(shown(), goal)
    root = sketch.tree.root
    early = sketch.add(
        root,
        act("click", "22", why="the goal ends in Submit", prior=0.31),
        page("RootWebArea ''\n\tStaticText 'Last reward: hidden'"),
        (1.0, 0.0),
        "the page takes no more actions and two boxes are not ticked",
        ended=True,
        effect=Effect(description="an empty page", changes="the form is gone"),
        sibling_reflection=lesson(
            ReflectionScope.SIBLING, "Submit ends the page; tick the boxes first.", "click('22')"
        ),
    )
    del early
    wrong = sketch.add(
        root,
        act("click", "20", why="a box that is not ticked", prior=0.2),
        shown(2),
        (2.0, 4.0),
        "xTRh9 is not among the boxes the goal names",
    )
    sketch.add(
        wrong,
        act("click", "14", why="the goal names u2Bd"),
        shown(0, 2),
        (6.0, 3.0),
        "a named box is ticked, but so is one too many",
    )
    first = sketch.add(
        root,
        act("click", "14", why="the goal names u2Bd", prior=0.49),
        shown(0),
        (7.0, 7.0),
        "one of two named boxes is ticked",
        child_reflection=lesson(ReflectionScope.CHILD, "KGo3 is still to be ticked."),
        completion=Completion(done=False, reason="KGo3 is not ticked"),
    )
    sketch.add(
        first,
        act("click", "18", why="the label of KGo3"),
        page(shown(0).text, error="ValueError: Could not find element with bid '18'"),
        status=Status.DEAD,
    )
    second = sketch.add(
        first,
        act("click", "17", why="the goal names KGo3"),
        shown(0, 1),
        (8.0, 9.0),
        "both named boxes are ticked and no other",
        completion=Completion(done=False, reason="nothing is submitted yet"),
        simulation=Simulation(
            action=Action(kind="click", args=("22",)),
            observation=page("RootWebArea ''\n\tsubmitted"),
            appraisal=Appraisal(effectiveness=9.0, future_promise=9.0, reason="it submits"),
            reward=0.85,
        ),
    )
    sketch.add(
        second,
        act("click", "22", why="all named boxes are ticked, so submit"),
        page("RootWebArea ''\n\tsubmitted"),
        (9.5, 10.0),
        "both named boxes were ticked when it was submitted",
        ended=True,
        completion=Completion(done=True, reason="the last word of the goal is done"),
    )
    sketch.events = [
        ("restore", {"node": 0, "tier": "restart", "level": "exact"}),
        ("restore", {"node": 0, "tier": "restart", "level": "exact"}),
        ("restore", {"node": first.id, "tier": "restart and replay", "level": "equivalent"}),
        (
            "untried",
            {
                "attempt": 0,
                "node": 0,
                "candidates": [
                    {
                        "move": {"kind": "noop", "raw": "noop()", "intent": ""},
                        "prior": 0.01,
                        "reason": "wait",
                    }
                ],
            },
        ),
    ]
    return sketch


def menu(attempt: int = 0) -> Sketch:
    """Return a deeper search with a drifted branch, an ended page and a stop."""
    items = "\n".join(f"\t[{30 + i}] treeitem 'Folder {name}'" for i, name in enumerate("ABCDE"))
    sketch = Sketch(page(f"RootWebArea ''\n{items}"), "Open the file named Wiebke.", attempt)
    here = sketch.tree.root
    for depth, name in enumerate("BDA"):
        for number, other in enumerate("ACE"):
            if depth == 1 or number == depth:
                drifted = depth == 1 and other == "C"
                sketch.add(
                    here,
                    act("click", str(30 + "ABCDE".index(other)), why=f"Folder {other} is closed"),
                    page(f"RootWebArea ''\n{items}\n\tStaticText 'empty {depth}{other}'"),
                    None if drifted else (3.0 - number, 4.0 - number),
                    "" if drifted else "the folder opens and is empty",
                    **({"status": Status.DRIFTED} if drifted else {}),
                )
        here = sketch.add(
            here,
            act("click", str(30 + "ABCDE".index(name)), why=f"Folder {name} is closed"),
            page(f"RootWebArea ''\n{items}\n\tStaticText 'open {depth} {name}'"),
            (6.0 + depth, 6.5 + depth),
            "a folder with further folders opens",
        )
    if attempt == 0:
        sketch.best = here
        return sketch
    done = Completion(done=True, reason="the file is open", outcome=Done(reason="it is open"))
    sketch.add(
        here,
        Candidate(move=Done(reason="the file is open"), reason="nothing is left to do"),
        here.observation,
        (9.0, 9.5),
        "the page shows the file",
        completion=done,
    )
    return sketch


def drag() -> Sketch:
    """Return a search that held a task for done which the benchmark did not."""
    text = "RootWebArea ''\n\t[12] generic 'small box'\n\t[13] generic 'large box'"
    sketch = Sketch(page(text), "Drag the smaller box so that it is completely inside the larger.")
    root = sketch.tree.root
    sketch.add(
        root,
        act("mouse_click", 60.0, 110.0, why="take hold of the box"),
        page(text),
        (0.0, 5.0),
        "nothing changed",
    )
    sketch.add(
        root,
        act("mouse_drag_and_drop", 60.0, 110.0, 97.5, 140.0, why="centre on centre"),
        page(text + " moved"),
        (7.0, 8.0),
        "the small box lies over the large one",
        completion=Completion(done=True, reason="its centre is inside the other box"),
    )
    return sketch


def hostile() -> Sketch:
    """Return a search over a page that attacks whoever shows it."""
    sketch = Sketch(page(f"RootWebArea ''\n\t[5] button '{HOSTILE}'"), HOSTILE)
    sketch.add(
        sketch.tree.root,
        act("fill", "5", HOSTILE, why=HOSTILE),
        page(f"RootWebArea ''\n\tStaticText '{HOSTILE}'"),
        (4.0, 4.0),
        HOSTILE,
        child_reflection=lesson(ReflectionScope.CHILD, HOSTILE, HOSTILE),
        completion=Completion(done=True, reason=HOSTILE),
    )
    return sketch
