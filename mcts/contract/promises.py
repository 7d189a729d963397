"""A promise that can be checked, and the error that names a broken one."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType

from webpilot.errors import BudgetExhausted, EnvironmentDown, LLMError

__all__ = ["ContractBroken", "Promise"]

OUTSIDE = (EnvironmentDown, BudgetExhausted, LLMError)
"""What may go wrong without anybody having broken a promise."""


class ContractBroken(AssertionError):
    """A promise is broken. The message is one line: the promise, and what was seen instead."""

    def __init__(self, promise: str, seen: str) -> None:
        super().__init__(" ".join(f"{promise}: {seen}".split()))
        self.promise = promise
        """The words of the promise."""


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise, by the words that name it; as a context, no error may leave its block."""

    words: str
    about: str = ""
    """The situation it is checked in."""

    def require(self, kept: bool, seen: str) -> None:
        """Return ``None`` where the promise is kept.

        Raises:
            ContractBroken: it is not; ``seen`` says what was found instead.
        """
        if not kept:
            raise ContractBroken(self.words, f"{seen} {self.about}")

    def __enter__(self) -> None:
        """Return ``None``."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # Whatever the checked code raises is the finding, so no list of types would do.
        if isinstance(error, Exception) and not isinstance(error, (ContractBroken, *OUTSIDE)):
            seen = f"{type(error).__name__}: {error} {self.about}"
            raise ContractBroken(self.words, seen) from error
