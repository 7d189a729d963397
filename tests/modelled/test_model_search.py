from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from asked import asked, asker, calls, prompt, section
from grid_model import GridModel, place_in

from mcts.gridworld import GridWorld
from mcts.node import Status
from mcts.search import SearchRoles, Setting, search
from mcts.searchers import greedy, override, webpilot
from webpilot.adapters import VerifiedPolicy
from webpilot.appraiser import ModelAppraiser
from webpilot.assessments import Assessments
from webpilot.budget import Budget
from webpilot.explorer import ModelExplorer
from webpilot.plan import Subtask
from webpilot.types import Reflection, ReflectionScope, Task
from webpilot.verifier import PageVerifier

TASK = Task(id="grid.maze", seed=0, goal="reach the goal", action_kinds=("click",))
NOISY = [(1.5, 1), (1.5, 2), (4.0, 0), (4.0, 4)]


def run(model: GridModel, config=None, lesson: Reflection | None = None) -> SimpleNamespace:
    world = GridWorld()
    asks = asker(model.llm)
    assessments = Assessments(asker=asks, task=TASK)
    explorer = ModelExplorer(asker=asks, task=TASK, assessments=assessments)
    result = asyncio.run(
        search(
            world,
            SearchRoles(
                policy=VerifiedPolicy(explorer, PageVerifier()),
                appraiser=ModelAppraiser(assessments=assessments),
                reflector=explorer,
            ),
            Setting(
                goal=TASK.goal,
                subtask=Subtask(goal=TASK.goal),
                seed=(1,),
                strategic_reflection=lesson,
            ),
            root=world.root(),
            config=config or override(webpilot(), max_depth=14, rollouts=40),
            budget=Budget(None),
        )
    )
    return SimpleNamespace(result=result, llm=model.llm, tree=result.tree)


def model(noise: float = 0.0, seed: int = 0, **says: object) -> GridModel:
    return GridModel(GridWorld().grid, noise=noise, seed=seed, **says)


def test_a_model_that_reads_its_prompts_reaches_the_goal() -> None:
    done = run(model())
    assert done.result.accepted
    assert len(done.result.steps) == 9
    assert calls(done.llm) == {"propose": 9, "assess": 9}


@pytest.mark.parametrize(("noise", "seed"), NOISY)
def test_an_expanded_node_costs_three_calls_at_most_and_one_of_them_judges_it(
    noise: float, seed: int
) -> None:
    done = run(model(noise, seed))
    made = [node for node in done.tree if node.parent is not None]
    alive = sum(node.status is not Status.DEAD for node in made)
    looked_ahead = sum(
        node.simulation is not None and node.simulation.appraisal is not None for node in made
    )
    spent = calls(done.llm)
    assert done.result.accepted
    assert len(made) > 9
    assert spent["assess"] == alive + looked_ahead
    assert spent.total() <= 3 * len(made)


def test_no_node_is_assessed_twice() -> None:
    done = run(model(1.5, 2))
    prompts = [prompt(request) for request in asked(done.llm, "assess")]
    nodes = [
        node for node in done.tree if node.status is not Status.DEAD and node.parent is not None
    ]
    assert len(prompts) >= len(nodes) > 0
    assert len(prompts) - len(set(prompts)) <= sum(n.simulation is not None for n in nodes)


def test_a_nodes_advice_reaches_its_children_and_its_lesson_their_siblings() -> None:
    done = run(model(1.5, 1))
    proposals = asked(done.llm, "propose")
    advised = [section(request, "Advice for this page") for request in proposals]
    assert advised[0] == ""
    for request, advice in zip(proposals[1:], advised[1:], strict=True):
        far = GridWorld().grid.distance(place_in(section(request, "Page")))
        assert advice == "" or f"{far} moves left from here" in advice
    assert any(advised)
    tried = [section(request, "Already tried") for request in proposals]
    assert any("that led away" in text for text in tried)


def test_why_a_node_is_not_complete_is_told_where_it_goes_on() -> None:
    done = run(model())
    told = [section(request, "Why the subtask") for request in asked(done.llm, "propose")[1:]]
    assert all("moves" in text for text in told)


def test_the_lesson_of_the_attempt_before_reaches_every_proposal() -> None:
    lesson = Reflection(scope=ReflectionScope.SUBTASK, text="mind the key")
    done = run(model(), lesson=lesson)
    proposals = asked(done.llm, "propose")
    assert all("mind the key" in section(each, "Lesson from the last") for each in proposals)


def test_effects_of_earlier_actions_are_told_in_later_prompts() -> None:
    done = run(model())
    last = asked(done.llm, "propose")[-1]
    assert section(last, "Actions so far").count("effect: the place is another (met)") == 8


def test_greedy_asks_for_one_move_a_page_and_believes_its_stop() -> None:
    done = run(model(claims=True), override(greedy(), max_depth=20))
    assert done.result.accepted
    assert "Propose the best move" in prompt(asked(done.llm, "propose")[0])
    assert len(done.tree) == 10
