"""Each of the six roles asks a real model about a real page, and copes with what it says.

What the model says is no claim here: one of 135 million parameters says what it likes.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from questions import COUNTS, LIMITS, LONGEST, Count, Question, ask, count, recorded, replayed

from env.miniwob.suite import MiniwobSuite
from mcts.protocols import HistoryStep, NodeContext
from prompts.asking import Asker
from prompts.paper_schema import NextAction
from webpilot.llm.local import LocalServer
from webpilot.observation import Observation
from webpilot.paper.grammar import Understood, offered
from webpilot.paper.verifier import PaperVerifier
from webpilot.plan import Fact, Plan, Subtask
from webpilot.roles import Attempt, Reading, Review, Roles
from webpilot.types import (
    Action,
    Answer,
    Appraisal,
    Candidate,
    Completion,
    Effect,
    Reflection,
    Task,
)

PAGE = "miniwob.enter-text"
NONE = type(None)


class Scene(NamedTuple):
    """A page of the train split, and the same after its field was filled in."""

    task: Task
    root: Observation
    step: HistoryStep

    @property
    def subtask(self) -> Subtask:
        return Subtask(goal=self.task.goal, expectation="The form is sent.")

    @property
    def attempt(self) -> Attempt:
        return Attempt(
            subtask=self.subtask,
            root=self.root,
            steps=(self.step,),
            accepted=False,
            stop_reason="exhausted",
        )

    def context(self, *history: HistoryStep) -> NodeContext:
        return NodeContext(
            goal=self.task.goal,
            subtask=self.subtask,
            observation=history[-1].observation if history else self.root,
            root=self.root,
            history=history,
        )


@pytest.fixture(scope="module")
def scene() -> Scene:
    async def look() -> Scene:
        suite = MiniwobSuite()
        try:
            async with suite.open_search(PAGE, 0) as side, side.worlds.lease() as world:
                (field,) = (each for each in side.root.elements if each.role == "textbox")
                fill = Action(kind="fill", args=(field.bid, "Myron"), target=field)
                filled = (await world.step(fill)).observation
                return Scene(side.task, side.root, HistoryStep(action=fill, observation=filled))
        finally:
            suite.close()

    return asyncio.run(look())


class Case(NamedTuple):
    """A question to a role, the templates that it renders, and what it returns."""

    question: Question
    purposes: tuple[str, ...]
    kinds: tuple[type, ...]


def cases(scene: Scene) -> dict[str, Case]:
    """Return every question of the six roles, by role."""
    task, subtask, attempt = scene.task, scene.subtask, scene.attempt
    plan = Plan(subtasks=(subtask,))
    review = Review(attempt=attempt, completion=Completion(done=False, reason="not sent"))
    facts = (Fact(question="which name?", value="Myron"), Fact(question="done?", value="no"))
    wanted = replace(task, answer_format="one word")
    read = Subtask(goal="Which button does the form have?", needs_answer=True)

    async def explore(roles: Roles, _: Asker) -> Any:
        return await roles.explorer.propose(scene.context(), 2)

    async def judged(roles: Roles, _: Asker) -> Any:
        context = scene.context(scene.step)
        appraisal = await roles.appraiser.appraise(context)
        # One assessment serves both roles: the second is answered without a call.
        assert isinstance(await roles.explorer.describe(context), Effect)
        return appraisal

    async def verify(_: Roles, asker: Asker) -> Any:
        misread = NextAction(action_type="press", action_str="[the button]", element_info="button")
        return await PaperVerifier(asker=asker).passed(
            misread, scene.context(), offered(task.action_kinds)
        )

    return {
        # Its first plan is asked for by the episode in test_local_episode.py.
        "planner": Case(lambda r, _: r.planner.refine(task, plan, review), ("refine",), (Plan,)),
        "controller": Case(
            lambda r, _: r.controller.complete(task, attempt), ("complete",), (Completion,)
        ),
        "controller reflects": Case(
            lambda r, _: r.controller.reflect(task, attempt, "not sent"),
            ("reflect_attempt",),
            (Reflection, NONE),
        ),
        "extractor": Case(
            lambda r, _: r.extractor.extract(task, read, scene.root, ()),
            ("extract",),
            (Reading, NONE),
        ),
        "extractor concludes": Case(
            lambda r, _: r.extractor.conclude(wanted, plan, facts), ("conclude",), (Answer, NONE)
        ),
        "explorer": Case(explore, ("propose",), (tuple,)),
        "appraiser": Case(judged, ("assess",), (Appraisal,)),
        "verifier": Case(verify, ("format_repair",), (Understood,)),
    }


NAMES = (
    *("planner", "controller", "controller reflects", "extractor", "extractor concludes"),
    *("explorer", "appraiser", "verifier"),
)


def test_each_of_the_six_roles_is_asked(scene: Scene) -> None:
    assert tuple(cases(scene)) == NAMES
    roles = {name.split()[0] for name in NAMES}
    assert roles == set(Roles.__dataclass_fields__)


@pytest.mark.parametrize("name", NAMES)
def test_a_role_gets_an_answer_of_its_form_or_a_typed_failure(
    name: str, scene: Scene, server: LocalServer, tmp_path: Path
) -> None:
    case, tape = cases(scene)[name], tmp_path / "tape.sqlite"
    settings = recorded(server, tape)

    asked = ask(settings, scene.task, case.question)

    if asked.error is None:
        assert isinstance(asked.answer, case.kinds)
        if isinstance(asked.answer, tuple):
            assert asked.answer
            assert all(isinstance(each, Candidate) for each in asked.answer)
    else:
        assert any(f"/{purpose}:" in str(asked.error) for purpose in case.purposes)
    purposes = [call["purpose"] for call in asked.calls]
    assert purposes
    assert set(purposes) <= set(case.purposes)
    for call in asked.calls:
        assert call["model"] == server.name
        assert call["finish_reason"] in ("stop", "length")
        assert 0 < call["reported_in"] <= settings.room
        assert 0 < call["reported_out"] <= LONGEST
        assert call["tokens_in"] <= call["reserved_in"]
    assert asked.spent["llm_calls"] == len(asked.calls) <= (LIMITS.llm_calls or 0)
    for key in ("tokens_in", "tokens_out"):
        assert asked.spent[key] == sum(call[key] for call in asked.calls)
        assert asked.spent[key] <= getattr(LIMITS, key)

    again = ask(replayed(settings), scene.task, case.question)
    assert again.outcome == asked.outcome
    assert all(call["taped"] for call in again.calls)
    assert again.spent == asked.spent

    found = count(asked.calls, tape, failed=asked.error is not None)
    assert found != Count()
    COUNTS[name] = found
