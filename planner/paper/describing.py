"""A page in the model's words: asked for before a plan is made and before a subtask is judged."""

from __future__ import annotations

from prompts.asking import Asker
from prompts.paper_schema import DescribedPage
from webpilot.observation import Observation
from webpilot.plan import Subtask

__all__ = ["describe", "whole"]


async def describe(
    asker: Asker, goal: str, page: Observation, subtask: Subtask | None = None
) -> DescribedPage:
    """Return the page described in the light of the task, or of one subtask of it."""
    return await asker.ask(
        "paper/describe_page", DescribedPage, goal=goal, subtask=subtask, page=page.text
    )


def whole(described: DescribedPage) -> str:
    """Return all parts of a description as one text."""
    return "\n".join(
        (
            f"Page: {described.overall_description}",
            f"Around it: {described.top_side_bars}",
            f"Contents: {described.main_body}",
            f"Can be used: {described.interactable_elements}",
            f"State: {described.task_specific_elements_status}",
        )
    )
