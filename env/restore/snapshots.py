"""Sites that can put their server back: the hook, for those that have it."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Snapshots"]


class Snapshots(Protocol):
    """The server behind the pages of one world; nobody else may change it meanwhile.

    A snapshot is taken after the first load and after every step that sent more than reads, so that
    each place that was seen has one. Both methods are called in the browser's thread.
    """

    def take(self) -> str:
        """Return a name for the server's present state, for :meth:`put_back`.

        Raises:
            EnvironmentDown: it cannot be kept.
        """
        ...

    def put_back(self, name: str) -> None:
        """Bring the server back to the state it had when ``name`` was given.

        Raises:
            EnvironmentDown: it is not there any more.
        """
        ...
