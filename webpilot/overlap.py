"""Several calls at the same time, none of which outlives the place that made them."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar, overload

from webpilot.errors import BudgetExhausted, FormatError

__all__ = ["overlapped"]

A = TypeVar("A")
B = TypeVar("B")
AWAITED = (BudgetExhausted, FormatError)
"""Errors that a repetition of the run meets again; so they do not cut short the other calls, whose
answers and costs would else depend on who was faster."""

Call = Coroutine[Any, Any, A]


@overload
async def overlapped(one: Call[A], other: Call[B], /) -> tuple[A, B]: ...


@overload
async def overlapped(*calls: Call[A]) -> tuple[A, ...]: ...


async def overlapped(*calls: Call[Any]) -> tuple[Any, ...]:
    """Return what the calls return, in their order. They begin in that order and run together.

    When this returns or raises, all of them have ended. A budget that is used up and an unusable
    answer are raised when the others have ended by themselves; any other error, and a cancellation,
    ends the others at once. Of several errors the one of the first call is raised, alone.
    """
    tasks: list[asyncio.Task[tuple[Any, Exception | None]]] = []
    try:
        async with asyncio.TaskGroup() as group:
            tasks += [group.create_task(_kept(call)) for call in calls]
    except ExceptionGroup:
        pass  # its errors are those of the tasks
    for task in tasks:
        error = None if task.cancelled() else task.exception() or task.result()[1]
        if error is not None:
            raise error
    return tuple(task.result()[0] for task in tasks)


async def _kept(call: Call[Any]) -> tuple[Any, Exception | None]:
    """Return what a call returns, or the error that does not end the others."""
    try:
        return await call, None
    except AWAITED as error:
        return None, error
