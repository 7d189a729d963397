"""The agent's loop on a grid: what it searches, repeats, adopts and commits."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest

from mcts.gridroles import GridAppraiser, GridPolicy, GridReflector
from mcts.gridworld import Grid, GridWorld, Place
from mcts.protocols import NodeContext
from mcts.searchers import override, webpilot
from planner import config as planning
from webpilot.agent import Agent, AgentConfig, AgentResult
from webpilot.budget import Budget, Limits
from webpilot.committing import Rooted
from webpilot.errors import BudgetExhausted, EnvironmentDown
from webpilot.observation import Observation
from webpilot.plan import Plan, Subtask
from webpilot.roles import Attempt, Review, Roles
from webpilot.scripted import (
    ScriptedController,
    ScriptedExtractor,
    ScriptedPlanner,
    ScriptedVerifier,
)
from webpilot.types import (
    Action,
    Answer,
    Appraisal,
    Candidate,
    Completion,
    Effect,
    Infeasible,
    Reflection,
    ReflectionScope,
    Task,
)

GOAL = Task(id="grid.maze", seed=0, goal="reach the goal", benchmark="grid")


@dataclass
class Ledger:
    """A committer that keeps what it was given; it cannot be asked for a score."""

    calls: list[tuple[str, ...]] = field(default_factory=list)
    committed: tuple[Action, ...] = ()

    async def commit(self, actions: Sequence[Action]) -> Observation:
        self.calls.append(tuple(action.raw for action in actions))
        self.committed += tuple(actions)
        return GridWorld().root().root


@dataclass
class Shared(Ledger):
    """A committer on a grid of its own, and a search that is brought to where that stands."""

    grid: Grid = field(default_factory=Grid)
    place: Place = field(default_factory=lambda: Grid().start)
    rooted: int = 0

    async def commit(self, actions: Sequence[Action]) -> Observation:
        await super().commit(actions)
        for action in actions:
            self.place = self.grid.move(self.place, str(action.args[0])) or self.place
        return self.grid.page(self.place)

    async def reroot(self) -> Rooted:
        self.rooted += 1
        grid = Grid()
        grid.start = self.place
        return Rooted(root=grid.page(self.place), worlds=GridWorld(grid))


class GridExplorer(GridPolicy, GridReflector):
    """The grid's policy and reflector as one Explorer."""

    def __init__(self, world: GridWorld) -> None:
        GridPolicy.__init__(self, world.grid)
        GridReflector.__init__(self, world.grid)


class GivingUp:
    """An Explorer that calls every task infeasible."""

    async def propose(self, context: NodeContext, k: int) -> tuple[Candidate, ...]:
        return (Candidate(move=Infeasible(reason="no such door"), prior=1.0),)

    async def describe(self, context: NodeContext) -> Effect | None:
        return None

    async def reflect(self, context: NodeContext, scope: ReflectionScope) -> Reflection | None:
        return None


class Believing:
    """An Appraiser that takes every claim for true."""

    async def appraise(self, context: NodeContext) -> Appraisal:
        return Appraisal(effectiveness=8.0, future_promise=8.0)

    async def completed(self, context: NodeContext) -> Completion:
        return Completion(done=context.claim is not None, outcome=context.claim)


@dataclass
class Run:
    agent: Agent
    result: AgentResult
    ledger: Ledger
    explorer: GridExplorer | GivingUp
    world: GridWorld


def run(
    *,
    planner: ScriptedPlanner | None = None,
    controller: ScriptedController | None = None,
    verifier: ScriptedVerifier | None = None,
    gives_up: bool = False,
    limits: Limits | None = None,
    action_limit: int | None = None,
    plan: Mapping[str, object] | None = None,
    extractor: ScriptedExtractor | None = None,
    needs_answer: bool = False,
    world: GridWorld | None = None,
    agents: list[Agent] | None = None,
    shared: Shared | None = None,
) -> Run:
    world = world or GridWorld()
    explorer: GridExplorer | GivingUp = GivingUp() if gives_up else GridExplorer(world)
    task = Task(id=GOAL.id, seed=0, goal=GOAL.goal, benchmark="grid", action_limit=action_limit)
    agent = Agent(
        task=task,
        roles=Roles(
            planner=planner or ScriptedPlanner(["reach the goal"], needs_answer=needs_answer),
            controller=controller or ScriptedController(),
            extractor=extractor or ScriptedExtractor("42"),
            explorer=explorer,
            appraiser=Believing() if gives_up else GridAppraiser(world.grid),
            verifier=verifier or ScriptedVerifier(),
        ),
        config=AgentConfig(
            search=override(webpilot(), max_depth=14, rollouts=40),
            plan=planning.override(planning.paper(), **(plan or {})),
        ),
        budget=Budget(limits),
        seed=(0,),
        on_event=lambda name, data: None,
    )
    if agents is not None:
        agents.append(agent)
    ledger = shared or Ledger()
    reroot = None if shared is None else shared.reroot
    result = asyncio.run(agent.run(world.root().root, world, ledger, reroot=reroot))
    return Run(agent, result, ledger, explorer, world)


def test_the_chosen_path_is_committed_once_and_nothing_else_is() -> None:
    done = run()
    assert done.result.stop_reason == "done"
    assert len(done.ledger.calls) == 1
    assert done.ledger.calls[0] == tuple(action.raw for action in done.result.actions)
    assert len(done.result.actions) == 9
    assert done.agent.attempts[0].tree[done.agent.attempts[0].chosen].accepted


def test_a_failed_attempt_is_repeated_with_the_controllers_lesson() -> None:
    done = run(
        controller=ScriptedController(False, False, lesson="mind the key"),
        verifier=ScriptedVerifier("click('down')", "click('right')"),
    )
    assert isinstance(done.explorer, GridExplorer)
    assert [searched.attempt for searched in done.agent.attempts] == [0, 1, 2]
    first, second = done.explorer.asked[0], done.explorer.asked[-1]
    assert first.strategic_reflection is None
    assert second.strategic_reflection is not None
    assert second.strategic_reflection.text == "mind the key"


def test_retries_end_and_a_controller_without_a_lesson_causes_none() -> None:
    blocked = ScriptedVerifier("click('down')", "click('right')")
    never = ScriptedController(*[False] * 9)
    assert len(run(controller=never, verifier=blocked).agent.attempts) == 3
    silent = ScriptedController(*[False] * 9, lesson=None)
    assert len(run(controller=silent, verifier=blocked).agent.attempts) == 1


def test_a_rejected_action_never_reaches_the_world() -> None:
    done = run(verifier=ScriptedVerifier("click('up')", "click('left')"))
    stepped = [line for line in done.world.log if line.startswith("step")]
    assert stepped
    assert not any("up" in line or "left" in line for line in stepped)


def test_the_next_subtask_is_searched_from_the_end_of_the_one_before() -> None:
    planner = ScriptedPlanner(["reach the goal", "stay there"])
    done = run(planner=planner)
    first, second = done.agent.attempts
    steps = first.tree.steps(first.tree[first.chosen])
    assert second.tree.root.observation.title == steps[-1].observation.title
    assert len(second.tree.start.committed) == len(steps)


def test_a_revised_plan_replaces_what_was_still_to_do() -> None:
    planner = ScriptedPlanner(["reach the goal", "never searched"], [])
    done = run(planner=planner)
    assert [searched.subtask.goal for searched in done.agent.attempts] == ["reach the goal"]
    assert done.result.plan_revision == 1


def test_an_infeasible_task_ends_as_such_and_commits_nothing() -> None:
    done = run(gives_up=True, planner=ScriptedPlanner(["open it", "walk in"]))
    assert isinstance(done.result.outcome, Infeasible)
    assert done.result.stop_reason == "infeasible"
    assert done.ledger.calls == [()]
    assert len(done.agent.attempts) == 1


def test_the_action_limit_counts_the_whole_task() -> None:
    done = run(action_limit=4)
    assert len(done.result.actions) <= 4
    assert done.result.stop_reason == "limit"


def test_a_budget_of_committed_steps_cuts_the_path() -> None:
    done = run(limits=Limits(committed_steps=3))
    assert len(done.ledger.calls[0]) == 3
    assert done.agent.budget.spent("committed_steps") == 3


def test_a_spent_budget_still_commits_the_best_path_so_far() -> None:
    done = run(limits=Limits(explored_steps=4), controller=ScriptedController(False, False, False))
    assert done.result.stop_reason == "budget"
    assert done.ledger.calls == [tuple(action.raw for action in done.result.actions)]
    assert done.result.actions


def test_the_subtask_limit_ends_the_task_with_what_it_has() -> None:
    done = run(planner=ScriptedPlanner(["reach the goal", "b", "c"]), plan={"subtasks": 1})
    assert len(done.agent.attempts) == 1
    assert len(done.ledger.calls) == 1


def test_a_retry_that_the_budget_cuts_short_does_not_cost_the_path_found_before() -> None:
    done = run(
        controller=ScriptedController(False, False),
        verifier=ScriptedVerifier("click('right')"),
        limits=Limits(rollouts=40),
    )
    first, second = done.agent.attempts
    assert len(second.tree) == 1
    assert done.result.stop_reason == "budget"
    assert done.result.actions
    assert done.result.actions == tuple(
        step.action for step in first.tree.steps(first.tree[first.chosen])
    )


def test_the_controller_can_reject_what_the_search_accepted() -> None:
    done = run(controller=ScriptedController(False, lesson="look again"))
    assert len(done.agent.attempts) == 2
    assert done.agent.attempts[0].tree[done.agent.attempts[0].chosen].accepted


def test_what_the_page_at_hand_holds_is_read_off_it_without_a_search() -> None:
    done = run(needs_answer=True)
    assert done.result.outcome == Answer(text="42")
    assert done.result.stop_reason == "done"
    assert done.agent.attempts == []
    assert done.ledger.calls == [()]


def test_a_subtask_that_needs_an_answer_is_searched_until_a_page_holds_it() -> None:
    goal = "at 3,4 with key"
    done = run(needs_answer=True, extractor=ScriptedExtractor(held={goal: "under the mat"}))
    assert done.result.outcome == Answer(text="under the mat")
    assert len(done.result.actions) == 9


def test_facts_of_finished_subtasks_reach_the_next_extraction_and_the_next_search() -> None:
    planner = ScriptedPlanner(["who has the key?", "where is she?"], needs_answer=True)
    extractor = ScriptedExtractor(held={"at 0,0": "Ada", "at 3,4 with key": "in the garden"})
    done = run(planner=planner, extractor=extractor)
    assert [fact.value for fact in done.result.facts] == ["Ada", "Ada"]
    second = [facts for subtask, facts in extractor.asked if subtask.goal == "where is she?"]
    assert [fact.value for fact in second[0]] == ["Ada"]


def test_an_answer_that_no_page_holds_is_tried_again_until_the_retries_end() -> None:
    """Bug 9 of the authors' code: an Extractor that neither stopped nor scrolled never ended."""
    extractor = ScriptedExtractor()
    done = run(needs_answer=True, extractor=extractor)
    assert [searched.attempt for searched in done.agent.attempts] == [0, 1, 2]
    assert not isinstance(done.result.outcome, Answer)
    assert done.result.actions


def test_a_task_that_is_due_an_answer_asks_for_it_when_its_plan_forgot_to() -> None:
    class Forgetful(ScriptedPlanner):
        async def plan(self, task: Task, observation: Observation) -> Plan:
            return replace(await super().plan(task, observation), needs_answer=True)

    done = run(planner=Forgetful(["reach the goal"]))
    assert done.result.outcome == Answer(text="42")
    assert [searched.subtask.goal for searched in done.agent.attempts] == ["reach the goal"]


def test_a_plan_s_head_may_ask_for_an_answer_that_the_task_does_not_need() -> None:
    """Bug 8 of the authors' code: it crashed there."""

    class Curious(ScriptedPlanner):
        async def plan(self, task: Task, observation: Observation) -> Plan:
            return Plan(subtasks=(Subtask(goal="look around", needs_answer=True),))

    done = run(planner=Curious([]))
    assert [fact.value for fact in done.result.facts] == ["42"]
    assert not isinstance(done.result.outcome, Answer)


def test_a_plan_given_up_as_infeasible_ends_the_task_as_such() -> None:
    class Doubtful(ScriptedPlanner):
        async def refine(self, task: Task, plan: Plan, review: Review) -> Plan:
            return Plan(subtasks=(), infeasible="the shop is closed", revision=1, supersedes=0)

    done = run(planner=Doubtful(["reach the goal", "buy it"]))
    assert done.result.outcome == Infeasible(reason="the shop is closed")
    assert done.result.stop_reason == "infeasible"
    assert len(done.agent.attempts) == 1


def test_a_failed_attempt_can_change_the_plan_but_not_the_number_of_tries() -> None:
    never = ScriptedController(*[False] * 9)
    planner = ScriptedPlanner(["dig"], ["climb"], ["fly"], [])
    done = run(planner=planner, controller=never, plan={"adjust": "after_each_attempt"})
    assert [each.subtask.goal for each in done.agent.attempts] == ["dig", "climb", "fly"]
    assert [review.reflection is None for review in planner.refined] == [False, False, True]


class Spending(ScriptedController):
    """A Controller whose call the budget refuses."""

    async def complete(self, task: Task, attempt: Attempt) -> Completion:
        raise BudgetExhausted("llm_calls", 3, 3)


def test_a_budget_that_ends_in_a_role_s_call_still_commits_what_was_found() -> None:
    done = run(controller=Spending())
    assert done.result.stop_reason == "budget"
    assert len(done.result.actions) == 9
    assert done.ledger.calls == [tuple(action.raw for action in done.result.actions)]


def test_a_budget_that_ends_before_the_plan_commits_the_empty_path() -> None:
    class Poor(ScriptedPlanner):
        async def plan(self, task: Task, observation: Observation) -> Plan:
            raise BudgetExhausted("llm_calls", 0, 0)

    done = run(planner=Poor([]))
    assert (done.result.stop_reason, done.ledger.calls) == ("budget", [()])


def test_a_world_that_fails_leaves_the_tree_grown_so_far() -> None:
    seen: list[Agent] = []
    with pytest.raises(EnvironmentDown):
        run(world=GridWorld(lost_at=4), agents=seen)
    assert len(seen[0].attempts) == 1
    assert len(seen[0].attempts[0].tree) > 1
