"""The agent where search and commit share their servers: subtask by subtask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.webpilot.test_agent import Shared, run
from webpilot.observation import Observation
from webpilot.scripted import ScriptedController, ScriptedPlanner, ScriptedVerifier
from webpilot.types import Action


def test_on_shared_servers_each_subtask_is_committed_when_its_path_is_found() -> None:
    shared = Shared()
    planner = ScriptedPlanner(["reach the goal", "stay there"])
    done = run(planner=planner, shared=shared)
    first, second = done.agent.attempts
    steps = first.tree.steps(first.tree[first.chosen])
    assert len(steps) == 9
    assert len(shared.calls[0]) == 9
    assert shared.calls[-1] == ()  # nothing is left for the end
    assert shared.rooted == 2
    assert second.tree.start.root.title == steps[-1].observation.title
    assert second.tree.start.committed == ()
    assert done.result.actions == shared.committed


def test_on_shared_servers_the_controller_judges_the_page_that_committing_led_to() -> None:
    @dataclass
    class Elsewhere(Shared):
        async def commit(self, actions: Sequence[Action]) -> Observation:
            seen = await super().commit(actions)
            return replace(seen, title="committed")

    controller = ScriptedController()
    run(controller=controller, shared=Elsewhere())
    assert controller.asked[0].observation.title == "committed"


def test_on_shared_servers_a_failed_attempt_is_not_committed_while_it_can_be_repeated() -> None:
    shared = Shared()
    blocked = ScriptedVerifier("click('down')", "click('right')")
    done = run(
        controller=ScriptedController(False, False, lesson="mind the key"),
        verifier=blocked,
        shared=shared,
    )
    assert [searched.attempt for searched in done.agent.attempts] == [0, 1, 2]
    assert shared.rooted == 1


def test_on_shared_servers_what_is_committed_counts_against_the_action_limit() -> None:
    shared = Shared()
    planner = ScriptedPlanner(["reach the goal", "stay there"])
    done = run(planner=planner, shared=shared, action_limit=9)
    assert len(done.result.actions) == 9
    assert len(done.agent.attempts[-1].tree) == 1
