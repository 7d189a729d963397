"""A budget is never exceeded, by nobody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpilot.budget import KEYS, Budget, Limits
from webpilot.errors import BudgetExhausted

LOGICAL = [key for key in KEYS if key != "seconds"]


class Clock:
    """Time that passes only when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@given(
    limit=st.integers(0, 20),
    charges=st.lists(st.tuples(st.sampled_from(LOGICAL), st.integers(0, 7)), max_size=40),
)
def test_no_sequence_of_charges_passes_a_limit(limit: int, charges: list[tuple[str, int]]) -> None:
    budget = Budget(Limits(**dict.fromkeys(LOGICAL, limit)), clock=Clock())
    for key, amount in charges:
        before = budget.spent(key)
        if before + amount <= limit:
            budget.charge(key, amount)
            continue
        with pytest.raises(BudgetExhausted) as raised:
            budget.charge(key, amount)
        assert budget.spent(key) == before == raised.value.used
    assert all(budget.spent(key) <= limit for key in LOGICAL)


def test_an_episode_is_stopped_by_the_budget_of_its_run() -> None:
    run = Budget(Limits(explored_steps=3), clock=Clock())
    first, second = (Budget(Limits(explored_steps=2), parent=run, clock=Clock()) for _ in "ab")
    first.charge("explored_steps", 2)
    second.charge("explored_steps")
    assert second.remaining("explored_steps") == 0
    with pytest.raises(BudgetExhausted):
        second.charge("explored_steps")
    assert run.spent("explored_steps") == 3


def test_time_stops_the_next_charge_but_not_work_already_allowed() -> None:
    clock = Clock()
    budget = Budget(Limits(seconds=5), clock=clock)
    budget.charge("rollouts")
    clock.now = 5
    with pytest.raises(BudgetExhausted, match="seconds"):
        budget.charge("rollouts")
    budget.record("committed_steps", 2)
    assert budget.spent("committed_steps") == 2
