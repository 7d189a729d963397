"""The paper's roles in a search: who reads which reflection, what failures and Enter lead to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from paper_grid import GridModel, Searched, played, search_with, searched
from paper_rig import SALT, Cast, cast, shown

from mcts.gridworld import Grid, GridWorld
from mcts.node import Status
from mcts.protocols import Level, Restored, Transition, World
from webpilot.llm.protocol import ModelRequest
from webpilot.observation import Element, Fingerprint, Observation
from webpilot.paper.explorer import Failure
from webpilot.types import Action, Path, Task

OPEN = Grid("....\n.S..\n....\n...G")
STAIRS = Grid("S##\n..#\n#.G")
LOW = {f"at {row},{column}": 2.0 for row in range(4) for column in range(4)}


def asked_at(made: Cast, place: str, purpose: str) -> list[str]:
    """Return what requests of this purpose showed whose page is at the place."""
    return [text for text in made.asked(purpose) if GridModel.places(text)[-1].text == place]


# ------------------------------------------------------------------------------------ reflections
@pytest.fixture(scope="module")
def wide() -> Searched:
    """Three siblings below the root."""
    return searched(GridModel(OPEN, scores=LOW, done=False), rollouts=4)


def walk() -> Searched:
    """Walk down the stairs, nothing promoted."""
    return searched(GridModel(STAIRS, scores={"at 1,0": 8.0, "at 1,1": 7.0, "at 2,1": 6.0}))


@pytest.fixture(scope="module")
def deep() -> Searched:
    return walk()


def test_the_child_reflection_is_read_by_the_simulation_the_stop_test_and_the_children(
    deep: Searched,
) -> None:
    simulated, *children = asked_at(deep.cast, "at 1,0", "next_action")
    assert children
    for text in (simulated, *children):
        assert "R_c of at 1,0;" in text
    stops = deep.cast.asked("stop_reflection")
    assert [text.count("R_c of") for text in stops] == [1] * len(stops)
    assert "R_c of at 1,0;" in stops[0]
    assert not any(
        "R_c of at 1,0;" in text for text in asked_at(deep.cast, "at 1,1", "next_action")
    )


def test_the_sibling_reflection_is_read_by_later_siblings_alone(wide: Searched) -> None:
    second, third = wide.cast.asked("next_action_with_siblings")
    first, *_ = [node.observation.title for node in wide.result.tree][1:]
    assert second.count("R_s of") == 1
    assert third.count("R_s of") == 2
    assert f"R_s of {first};" in second
    readers = {each.purpose for each in wide.cast.llm.requests if "R_s of" in shown(each)}
    assert readers == {"next_action_with_siblings"}


def test_the_simulations_reflection_is_read_by_the_nodes_real_children_alone(
    deep: Searched,
) -> None:
    simulated, *children = asked_at(deep.cast, "at 1,0", "next_action")
    assert "R_sim of" not in simulated
    assert children
    assert all("R_sim of at 1,1;" in text for text in children)
    readers = {each.purpose for each in deep.cast.llm.requests if "R_sim of" in shown(each)}
    assert readers == {"next_action"}


def test_why_it_is_not_done_is_read_by_the_simulation_and_the_children(deep: Searched) -> None:
    readers = asked_at(deep.cast, "at 1,0", "next_action")
    assert len(readers) > 1
    assert all("C_t of at 1,0;" in text for text in readers)


def test_the_attempts_reflection_is_read_by_the_next_attempt() -> None:
    done = played(GridModel(Grid("SG"), complete=[False]))
    first, second = done.cast.asked("next_action")
    assert "R_sub of the attempt;" not in first
    assert "R_sub of the attempt;" in second
    assert not any("R_sub" in text for text in done.cast.asked("refine"))


def test_a_second_failed_attempt_replaces_the_first_ones_reflection() -> None:
    done = played(GridModel(Grid("SG"), complete=[False, False]))
    _, *later = done.cast.asked("next_action")
    assert [text.count("R_sub") for text in later] == [1, 1]


def test_no_score_is_ever_shown_to_who_reflects(deep: Searched) -> None:
    told = [each for each in deep.cast.llm.requests if "score" in shown(each)]
    assert {each.purpose for each in told} == {"evaluate"}


# ---------------------------------------------------------------------------------- simulations
def test_bug_4_the_simulated_steps_effect_compares_its_page_with_the_nodes(deep: Searched) -> None:
    nodes = deep.result.tree
    compared = [
        tuple(place.text for place in GridModel.places(text))
        for text in deep.cast.asked("describe_change")
    ]
    simulations = [
        (node.observation.title, node.simulation.observation.title)
        for node in nodes
        if node.simulation is not None
    ]
    assert simulations
    for pair in simulations:
        assert pair in compared
    steps = [
        (parent.observation.title, node.observation.title)
        for node in nodes
        if (parent := nodes.parent(node)) is not None
    ]
    assert sorted(compared) == sorted(steps + simulations)


# --------------------------------------------------------------------------------------- failures
def walls(prefer: list[str], *, rollouts: int = 2) -> Searched:
    """Search where the model runs into walls first."""
    model = GridModel(Grid("S#\n.G"), prefer={"at 0,0": prefer})
    return searched(model, rollouts=rollouts)


def test_a_failed_action_is_explained_and_asked_for_anew() -> None:
    done = walls(["up"])
    assert done.cast.purposes[:3] == ["next_action", "execution_reflection", "re_generate"]
    anew = done.cast.asked("re_generate")[0]
    assert "a wall at at 0,0;" in anew
    assert "click('up')" in anew
    failed, moved = list(done.result.tree)[1:3]
    assert (failed.status, moved.observation.title) == (Status.DEAD, "at 1,0")
    assert isinstance(failed.sibling_reflection, Failure)
    assert failed.child_reflection is None


def test_every_failed_try_is_shown_to_the_next_one() -> None:
    done = walls(["up", "left"])
    first, second = done.cast.asked("re_generate")
    assert "click('left')" not in first
    assert second.count("a wall at at 0,0;") == 3  # the elder twice: as a sibling, and its reason


def test_bug_2_what_was_executed_is_what_the_nodes_hold_after_failed_tries_too() -> None:
    done = walls(["up", "left", "right"], rollouts=4)
    kept = [node.action.args[0] for node in done.result.tree if node.action is not None]
    tried = [node.simulation.action.args[0] for node in done.result.tree if node.simulation]
    assert sorted(done.stepped) == sorted([*kept, *tried])
    assert kept[:3] == ["up", "left", "right"]


def test_a_simulation_that_fails_is_neither_described_nor_appraised() -> None:
    model = GridModel(Grid("S#\n.G"), prefer={"at 1,0": ["left"]})
    done = searched(model, rollouts=2)
    assert len(done.cast.purposes) == 9
    assert done.cast.purposes[-1] == "next_action"


# ------------------------------------------------------------------------------------------ Enter
NOWHERE = "at -1,-1"
"""What the grid's model takes a page for that shows no place."""
BOX = Element(bid="7", role="textbox", name="Title")


class FieldWorld:
    """A page with one field: what was typed counts once it is entered."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.typed, self.entered = "", ""

    def page(self) -> Observation:
        text = f"[7] textbox 'Title' value='{self.typed}'\nStaticText 'Hits for: {self.entered}'"
        mark = f"{self.typed}|{self.entered}"
        return Observation(
            text=text,
            title=mark,
            fingerprint=Fingerprint(exact=mark, interactive=mark),
            elements=(BOX,),
        )

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[World]:
        yield self

    async def observe(self) -> Observation:
        return self.page()

    async def step(self, action: Action) -> Transition:
        self.log.append(action.raw)
        self._take(action)
        return Transition(observation=self.page(), ended=False)

    def _take(self, action: Action) -> None:
        if action.kind == "fill":
            self.typed = str(action.args[1])
        else:
            self.entered = self.typed

    async def restore(self, path: Path) -> Restored:
        self.typed = self.entered = ""
        for step in path.all_steps:
            self._take(step.action)
        return Restored(observation=self.page(), tier="replay", level=Level.EXACT)


def field_model(request: ModelRequest) -> dict[str, object]:
    """Answer as someone who types 'Salt', enters it, and is glad of the hits."""
    model, found = GridModel(Grid("SG"), scores={NOWHERE: 8.0}), "Hits for: Salt" in shown(request)
    if request.purpose == "next_action":
        return {
            "action_intent": "search for Salt",
            "action_type": "type",
            "element_info": "textbox 'Title'",
            "action_str": ["7", "Salt", 1],
        }
    if request.purpose == "stop_observation":
        return {"reasoning_of_observation": "hits?", "observation_meets_criteria": found}
    return model(request)


def test_typing_with_enter_is_two_nodes_the_second_without_a_proposal_or_a_stop_before() -> None:
    world = FieldWorld()
    made = cast(field_model, task=Task(id="field", seed=0, goal="search", benchmark="field"))
    result = search_with(made, world, Path(root=world.page()))
    assert [step.action.raw for step in result.steps] == [
        "fill('7', 'Salt')",
        "keyboard_press('Enter')",
    ]
    assert result.accepted
    assert made.purposes.count("next_action") == 1
    assert made.purposes.count("stop_observation") == 1


# ---------------------------------------------------------------------------------- determinism
def test_equal_searches_ask_equal_questions(deep: Searched) -> None:
    again = walk()
    keys = [request.key for request in deep.cast.llm.requests]
    assert keys == [request.key for request in again.cast.llm.requests]
    assert SALT.decode() not in "".join(shown(request) for request in again.cast.llm.requests)


def test_the_grid_shows_its_places_as_pages() -> None:
    assert GridModel.places(GridWorld().root().root.text) == [GridWorld().grid.start]
