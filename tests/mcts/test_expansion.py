"""Reflection-Enhanced Node Expansion and Dynamic Evaluation and Simulation."""

from __future__ import annotations

from dataclasses import replace

import pytest
from grid_search import grid, run

from mcts.gridworld import GridWorld
from mcts.node import Status
from mcts.scripted import ScriptedAppraiser, ScriptedPolicy, ScriptedReflector
from mcts.searchers import override, paper, webpilot
from webpilot.types import Done, Infeasible, Reflection, ReflectionScope

OPEN = grid("...\n.S.\n..G")
UP, DOWN, LEFT, RIGHT = (OPEN.button(name) for name in ("up", "down", "left", "right"))
HERE = "at 1,1"
ABOVE = "at 0,1"


def search_open(config, answers, scores=None, *, avoid=None, done=frozenset(), **extra):
    policy = ScriptedPolicy(answers)
    found = run(
        config,
        world=extra.pop("world", None) or GridWorld(OPEN),
        policy=policy,
        appraiser=ScriptedAppraiser(scores or {}, done=done),
        reflector=ScriptedReflector(avoid),
        **extra,
    )
    return found, policy


def moves(found, node=None):
    tree = found.tree
    return [child.candidate.move for child in tree.children(node or tree.root)]


SHALLOW = override(paper(), max_depth=1, evaluate="no_simulation")
RANKED = override(webpilot(), max_depth=1, evaluate="no_simulation")


def test_a_unique_action_from_the_third_duplicate_check_is_kept():
    answers = [[UP], [UP], [UP], [UP], [RIGHT]]
    found, policy = search_open(override(SHALLOW, rollouts=3), {HERE: answers})
    assert moves(found) == [UP, RIGHT]
    assert [len(context.siblings) for context in policy.asked] == [0, 1, 2, 3, 4]


def test_each_repeated_duplicate_is_shown_with_the_order_to_avoid_it():
    _, policy = search_open(override(SHALLOW, rollouts=3), {HERE: [[UP], [UP], [DOWN]]})
    assert policy.asked[-1].siblings[-1].reflection.avoid == (UP.raw,)


def test_a_sibling_that_only_repeats_is_given_up_and_the_search_steps_back():
    found, policy = search_open(SHALLOW, {HERE: [[UP]] * 9})
    assert moves(found) == [UP]
    assert len(policy.asked) == 5
    assert found.tree.root.dry
    assert found.result.stop_reason == "exhausted"


def test_a_first_child_may_repeat_its_parents_action_in_the_paper():
    config = override(paper(), max_depth=2, evaluate="no_simulation", rollouts=3)
    found, _ = search_open(config, {HERE: [[UP]], ABOVE: [[UP]] * 4}, {ABOVE: 9.0})
    assert moves(found, found.tree[1]) == [UP]


def test_scrolling_is_never_a_duplicate_in_the_paper():
    scroll = OPEN.button("scroll")
    scroll = type(scroll)(kind="scroll", args=("down",))
    found, _ = search_open(override(SHALLOW, rollouts=3), {HERE: [[scroll], [scroll]]})
    assert moves(found) == [scroll, scroll]


def test_siblings_come_from_one_ranked_list_after_their_elders_lessons():
    found, policy = search_open(RANKED, {HERE: [[UP, DOWN, LEFT, RIGHT]]}, avoid={ABOVE: ()})
    assert moves(found) == [UP, DOWN, LEFT]
    assert len(policy.asked) == 1
    assert [child.candidate.prior for child in found.tree.children(found.tree.root)] == [0.25] * 3


def test_a_lesson_against_the_next_proposal_asks_once_more_with_the_lessons():
    answers = {HERE: [[UP, DOWN, LEFT], [RIGHT]]}
    found, policy = search_open(override(RANKED, branches=2), answers, avoid={ABOVE: (DOWN.raw,)})
    assert moves(found) == [UP, RIGHT]
    assert len(policy.asked) == 2
    assert policy.asked[1].siblings[0].reflection.avoid == (DOWN.raw,)


def test_a_second_asking_without_new_ideas_takes_the_next_uncontradicted_proposal():
    answers = {HERE: [[UP, DOWN, LEFT], [UP, DOWN]]}
    found, policy = search_open(override(RANKED, branches=2), answers, avoid={ABOVE: (DOWN.raw,)})
    assert moves(found) == [UP, LEFT]
    assert len(policy.asked) == 2


def test_nothing_is_tried_that_every_lesson_speaks_against():
    answers = {HERE: [[UP, DOWN], [DOWN]]}
    found, _ = search_open(RANKED, answers, avoid={ABOVE: (DOWN.raw,)})
    assert moves(found) == [UP]
    assert found.tree.root.dry


def test_a_failed_proposal_is_replaced_by_asking_again():
    world = GridWorld(OPEN, failing=frozenset({(HERE, "up")}))
    found, policy = search_open(
        override(RANKED, branches=1, candidates=1), {HERE: [[UP], [DOWN]]}, world=world
    )
    assert moves(found) == [UP, DOWN]
    assert found.tree[1].status is Status.DEAD
    assert found.tree[1].reward is None


def test_repeating_the_parents_action_counts_only_where_it_changed_nothing():
    config = override(webpilot(), max_depth=2, evaluate="no_simulation", branches=1)
    tall = grid(".\n.\nS\nG")
    found, _ = search_open(
        config,
        {"at 2,0": [[tall.button("up")]], "at 1,0": [[tall.button("up")]]},
        {"at 1,0": 5.0, "at 0,0": 5.0},
        world=GridWorld(tall),
    )
    assert [step.observation.title for step in found.result.steps] == ["at 1,0", "at 0,0"]


def test_an_action_that_changed_nothing_is_not_proposed_again_below_itself():
    class Silent(GridWorld):
        def _press(self, name):
            super()._press(name)
            return ""

    walled = grid("SG")
    up, right = walled.button("up"), walled.button("right")
    config = override(webpilot(), max_depth=2, evaluate="no_simulation", branches=1)
    found, _ = search_open(
        config,
        {"at 0,0": [[up], [up, right]]},
        {"at 0,0": 3.0, "at 0,1": 8.0},
        world=Silent(walled),
    )
    assert moves(found) == [up]
    assert moves(found, found.tree[1]) == [right]


# ---------------------------------------------------------------- evaluation and simulation

SCORES = {ABOVE: 4.0, "at 0,2": 8.0}
LOOK = {HERE: [[UP]], ABOVE: [[RIGHT], [LEFT]]}


def test_a_simulation_mixes_a_quarter_of_the_page_ahead_into_the_reward():
    found, policy = search_open(override(paper(), rollouts=2), LOOK, SCORES)
    node = found.tree[1]
    assert node.reward == node.value == 0.75 * 4.0 + 0.25 * 8.0
    assert node.simulation.reward == 8.0
    assert node.simulation.observation.title == "at 0,2"
    assert len(found.tree) == 2
    assert found.stepped == [f"{HERE} up", f"{ABOVE} right"]
    assert found.budget.spent("explored_steps") == 2
    assert len(policy.asked) == 2


def test_after_a_simulation_the_page_is_restored_before_anything_else_happens_there():
    found, _ = search_open(override(paper(), rollouts=3), LOOK, {**SCORES, ABOVE: 9.0})
    assert found.restored == [HERE, ABOVE]
    assert found.stepped[-1] == f"{ABOVE} left"


@pytest.mark.parametrize(("ahead", "asked"), [(9.5, 2), (9.0, 3)])
def test_a_simulation_above_nine_is_executed_again_without_asking(ahead, asked):
    scores = {ABOVE: 9.0, "at 0,2": ahead, "at 0,0": 1.0}
    config = override(paper(), rollouts=3, max_depth=2)
    found, policy = search_open(config, LOOK, scores, done=frozenset({"at 0,2", "at 0,0"}))
    child = found.tree.children(found.tree[1])[0]
    assert child.candidate.move == (RIGHT if ahead > 9 else LEFT)
    assert len(policy.asked) == asked
    assert found.stepped.count(f"{ABOVE} right") == (2 if ahead > 9 else 1)


def test_only_the_first_child_is_promoted():
    scores = {ABOVE: 9.0, "at 0,2": 9.5}
    config = override(paper(), max_depth=2, rollouts=6)
    found, _ = search_open(config, LOOK, scores)
    assert moves(found, found.tree[1]) == [RIGHT, LEFT]


@pytest.mark.parametrize("proposal", [[], [Done()]])
def test_a_refused_simulation_leaves_the_pages_own_score(proposal):
    found, _ = search_open(override(paper(), rollouts=2), {HERE: [[UP]], ABOVE: [proposal]}, SCORES)
    assert found.tree[1].simulation is None
    assert found.tree[1].value == 4.0


def test_a_failed_simulation_is_unscored_and_leaves_the_pages_own_score():
    world = GridWorld(OPEN, failing=frozenset({(ABOVE, "right")}))
    found, _ = search_open(override(paper(), rollouts=2), LOOK, SCORES, world=world)
    assert found.tree[1].simulation.reward is None
    assert found.tree[1].simulation.appraisal is None
    assert found.tree[1].value == 4.0


def test_an_unscored_look_ahead_leaves_the_pages_own_score():
    found, _ = search_open(override(paper(), rollouts=2), LOOK, {ABOVE: 4.0})
    assert found.tree[1].simulation.reward is None
    assert found.tree[1].value == 4.0


def test_the_simulated_page_is_compared_with_the_node_it_came_from():
    appraiser = ScriptedAppraiser(SCORES)
    run(
        override(paper(), rollouts=2),
        world=GridWorld(OPEN),
        policy=ScriptedPolicy(LOOK),
        appraiser=appraiser,
        reflector=ScriptedReflector(),
        remaining_actions=9,
    )
    simulated = appraiser.asked[-1]
    assert simulated.simulated
    assert simulated.previous.title == ABOVE
    assert simulated.remaining_actions == 7
    assert simulated.seed != appraiser.asked[0].seed


def test_the_lesson_of_a_simulation_reaches_the_nodes_children():
    found, policy = search_open(
        override(paper(), rollouts=3), LOOK, {**SCORES, ABOVE: 9.0}, avoid={"at 0,2": (RIGHT.raw,)}
    )
    told = [
        context.simulation_reflection
        for context in policy.asked
        if context.observation.title == ABOVE
    ]
    assert told[0] is None
    assert told[1].avoid == (RIGHT.raw,)
    assert found.tree[1].simulation.reflection is not None


def test_a_look_ahead_that_advises_against_its_own_step_asks_for_another():
    answers = {HERE: [[UP, DOWN]], ABOVE: [[RIGHT, UP], [LEFT]]}
    found, _ = search_open(
        override(webpilot(), select="puct", rollouts=2, exploration=0.1),
        answers,
        {ABOVE: 4.5, "at 0,2": 5.0},
        avoid={"at 0,2": (RIGHT.raw,)},
    )
    assert found.tree[1].simulation.reflection.avoid == (RIGHT.raw,)
    assert moves(found, found.tree[1]) == [LEFT]


def test_webpilot_looks_ahead_only_where_the_next_choice_hangs_on_it():
    answers = {HERE: [[UP, DOWN, LEFT]], ABOVE: [[RIGHT]]}
    config = override(webpilot(), select="puct", rollouts=1)
    looked, _ = search_open(config, answers, {ABOVE: 4.0, "at 0,2": 8.0})
    assert looked.tree[1].simulation is not None
    assert looked.tree[1].reward == pytest.approx(0.75 * 0.39 + 0.25 * 0.78)
    for certain in (10.0, 0.5):
        found, _ = search_open(config, answers, {ABOVE: certain})
        assert found.tree[1].simulation is None
        assert found.tree[1].visits == found.tree.root.visits == 1


def test_on_its_first_line_webpilot_never_looks_ahead():
    answers = {HERE: [[UP, DOWN, LEFT]], ABOVE: [[RIGHT]]}
    found, _ = search_open(override(webpilot(), rollouts=1), answers, {ABOVE: 4.0, "at 0,2": 8.0})
    assert found.tree[1].simulation is None


def test_webpilot_never_looks_ahead_from_the_last_allowed_action():
    answers = {HERE: [[UP, DOWN]], ABOVE: [[RIGHT]]}
    found, _ = search_open(override(webpilot(), rollouts=1), answers, SCORES, remaining_actions=1)
    assert found.tree[1].simulation is None


def test_webpilot_does_not_look_ahead_from_what_it_could_not_score():
    found, _ = search_open(override(webpilot(), rollouts=1), {HERE: [[UP]], ABOVE: [[RIGHT]]})
    assert found.tree[1].simulation is None


def test_the_simulated_proposal_is_not_asked_for_again():
    answers = {HERE: [[UP, DOWN]], ABOVE: [[RIGHT, LEFT]]}
    found, policy = search_open(
        override(webpilot(), rollouts=2), answers, {ABOVE: 4.5, "at 0,2": 10.0}
    )
    assert [context.observation.title for context in policy.asked].count(ABOVE) == 1
    assert moves(found, found.tree[1]) == [RIGHT]


@pytest.mark.parametrize(
    ("name", "child", "sibling"),
    [
        ("both_reflections", True, True),
        ("no_child_reflection", False, True),
        ("no_sibling_reflection", True, False),
        ("no_reflection", False, False),
    ],
)
def test_a_reflection_ablation_drops_exactly_its_reflection(name, child, sibling):
    config = override(RANKED, reflect=name, branches=1)
    found, _ = search_open(config, {HERE: [[UP]]}, {ABOVE: 4.0}, avoid={ABOVE: ()})
    node = found.tree[1]
    assert (node.child_reflection is not None, node.sibling_reflection is not None) == (
        child,
        sibling,
    )


def test_after_a_stop_that_was_judged_wrong_the_policy_is_asked_again():
    answers = [[Infeasible(reason="walled in")], [DOWN]]
    found, policy = search_open(RANKED, {HERE: answers}, {HERE: 1.0})
    assert moves(found) == [Infeasible(reason="walled in"), DOWN]
    assert isinstance(policy.asked[1].siblings[0].candidate.move, Infeasible)


def test_a_claim_that_was_judged_wrong_is_not_how_the_search_ends():
    found, _ = search_open(RANKED, {HERE: [[Infeasible(reason="walled in")]]}, {HERE: 1.0})
    assert found.result.stop_reason == "exhausted"
    assert found.result.outcome is None


class Listening(ScriptedReflector):
    """Keeps what it was told of simulated steps."""

    def __init__(self):
        super().__init__()
        self.told = []

    async def reflect(self, context, scope):
        if scope is ReflectionScope.SIMULATION:
            self.told.append(context.history[-1])
        return await super().reflect(context, scope)


class Reasoning(ScriptedAppraiser):
    """Says of every page that it was looked at."""

    async def appraise(self, context):
        return replace(await super().appraise(context), reason=f"saw {context.observation.title}")


def test_the_lesson_of_a_simulation_rests_on_its_effect_and_on_the_appraiser_s_reasons():
    reflector = Listening()
    run(
        override(paper(), rollouts=2),
        world=GridWorld(OPEN),
        policy=ScriptedPolicy(LOOK),
        appraiser=Reasoning(SCORES),
        reflector=reflector,
    )
    (step,) = reflector.told
    assert (step.reason, step.effect.description) == ("saw at 0,2", "at 0,2")


def test_the_lesson_of_an_earlier_attempt_is_for_real_children_only():
    lesson = Reflection(scope=ReflectionScope.SUBTASK, text="mind the gap")
    policy = ScriptedPolicy(LOOK)
    run(
        override(paper(), rollouts=3),
        world=GridWorld(OPEN),
        policy=policy,
        appraiser=ScriptedAppraiser({**SCORES, ABOVE: 9.0}),
        reflector=ScriptedReflector(),
        lesson=lesson,
    )
    real, simulated, child, *_ = policy.asked
    assert [each.observation.title for each in (real, simulated, child)] == [HERE, ABOVE, ABOVE]
    assert (real.strategic_reflection, child.strategic_reflection) == (lesson, lesson)
    assert simulated.strategic_reflection is None
