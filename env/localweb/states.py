"""States of a replica's data that can be had again, the latest used ones."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from env.localweb.data import Data, State
from webpilot.errors import EnvironmentDown

__all__ = ["SNAPSHOTS", "States"]

SNAPSHOTS = 400
"""States that are kept; the one that was not used for longest goes first."""


class States:
    """Named states of all applications' data together."""

    def __init__(self, data: Mapping[str, Data]) -> None:
        """Know none yet of ``data``, by application."""
        self._data = data
        self._kept: OrderedDict[str, Mapping[str, State]] = OrderedDict()
        self._taken = 0

    def clear(self) -> None:
        """Know none any more; names are never used again."""
        self._kept.clear()

    def take(self) -> str:
        """Return a name for the present state.

        Raises:
            EnvironmentDown: it cannot be kept.
        """
        self._taken += 1
        name = f"state-{self._taken}"
        self._kept[name] = {application: one.take() for application, one in self._data.items()}
        while len(self._kept) > SNAPSHOTS:
            _, old = self._kept.popitem(last=False)
            self._forget(old)
        return name

    def put_back(self, name: str) -> None:
        """Bring the data back to a state.

        Raises:
            EnvironmentDown: it is not kept any more.
        """
        state = self._kept.get(name)
        if state is None:
            raise EnvironmentDown(f"the replica keeps no state {name} (any more)")
        self._kept.move_to_end(name)
        for application, files in state.items():
            self._data[application].put_back(files)

    def _forget(self, old: Mapping[str, State]) -> None:
        """Throw away what only ``old`` needs."""
        for application, files in old.items():
            needed = {
                (file, content)
                for state in self._kept.values()
                for file, content in state[application].items()
            }
            self._data[application].forget(
                {file: one for file, one in files.items() if (file, one) not in needed}
            )
