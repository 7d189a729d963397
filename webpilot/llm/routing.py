"""Each role's questions to the endpoint of its own model."""

from __future__ import annotations

from collections.abc import Mapping

from webpilot.errors import LLMError
from webpilot.llm.protocol import LLM, ModelReply, ModelRequest

__all__ = ["RoutedLLM"]


class RoutedLLM:
    """Several endpoints as one model: a question goes where its role's model is.

    Args:
        by_role: for each role that may ask, whom; several roles may share one.
    """

    def __init__(self, by_role: Mapping[str, LLM]) -> None:
        self._by_role = by_role

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Return the answer of the role's model.

        Raises:
            LLMError: it could not be asked, or nobody is there for the role.
        """
        llm = self._by_role.get(request.role)
        if llm is None:
            known = ", ".join(self._by_role) or "none"
            raise LLMError(f"no endpoint is set for role {request.role!r}; there are {known}")
        return await llm.complete(request)

    async def aclose(self) -> None:
        """Let go of all connections; closing twice is harmless."""
        for llm in {id(each): each for each in self._by_role.values()}.values():
            await llm.aclose()
