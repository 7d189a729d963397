"""An observation whose costly parts are made when they are first asked for."""

from __future__ import annotations

import copy
from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from typing import Any

__all__ = ["LazyObservation"]

UNREAD = "<not read yet>"


class LazyObservation(dict[str, Any]):
    """A dictionary that makes some of its values on first access.

    Whatever takes all of it (``copy``, ``deepcopy``, ``pickle``, ``items``, ``==``) makes the
    missing ones first, or raises what their making raises.
    """

    __slots__ = ("_makers",)

    def __init__(self, values: Mapping[str, Any], makers: Mapping[str, Callable[[], Any]]) -> None:
        """Hold what is known.

        Args:
            values: all keys in order; the values of those in ``makers`` are not looked at.
            makers: by key, what makes its value.
        """
        super().__init__({key: UNREAD if key in makers else values[key] for key in values})
        self._makers = dict(makers)

    def whole(self) -> dict[str, Any]:
        """Return a plain dictionary with every value made."""
        for key in tuple(self._makers):
            self._make(key)
        return {key: super(LazyObservation, self).__getitem__(key) for key in self}

    def _make(self, key: object) -> None:
        if isinstance(key, str) and key in self._makers:
            super().__setitem__(key, self._makers[key]())
            del self._makers[key]

    def __getitem__(self, key: str) -> Any:
        self._make(key)
        return super().__getitem__(key)

    def __setitem__(self, key: str, value: Any) -> None:
        self._makers.pop(key, None)
        super().__setitem__(key, value)

    def __delitem__(self, key: str) -> None:
        self._makers.pop(key, None)
        super().__delitem__(key)

    def __iter__(self) -> Iterator[str]:
        # Being there makes ``dict(observation)`` and ``{**observation}`` ask for each value.
        return super().__iter__()

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value, made if need be."""
        self._make(key)
        return super().get(key, default)

    def pop(self, key: str, *default: Any) -> Any:
        """Remove a key and return its value, made if need be."""
        self._make(key)
        return super().pop(key, *default)

    def popitem(self) -> tuple[str, Any]:
        """Remove the last key and return it with its value."""
        key = next(reversed(self))
        return key, self.pop(key)

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return the value, made if need be."""
        self._make(key)
        return super().setdefault(key, default)

    def update(self, *others: Any, **values: Any) -> None:
        """Take over the values of another dictionary."""
        for key, value in dict(*others, **values).items():
            self[key] = value

    def items(self) -> ItemsView[str, Any]:  # type: ignore[override]
        """Return keys and values, all made."""
        return self.whole().items()

    def values(self) -> ValuesView[Any]:  # type: ignore[override]
        """Return the values, all made."""
        return self.whole().values()

    def clear(self) -> None:
        """Forget everything."""
        self._makers.clear()
        super().clear()

    def copy(self) -> dict[str, Any]:
        """Return a plain dictionary with every value made."""
        return self.whole()

    def __copy__(self) -> dict[str, Any]:
        return self.whole()

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        return copy.deepcopy(self.whole(), memo)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return dict, (tuple(self.whole().items()),)

    def __or__(self, other: Any) -> Any:
        return self.whole() | dict(other)

    def __ror__(self, other: Any) -> Any:
        return dict(other) | self.whole()

    def __ior__(self, other: Any) -> Any:
        self.update(other)
        return self

    def __eq__(self, other: object) -> bool:
        return self.whole() == (other.whole() if isinstance(other, LazyObservation) else other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None

    def __repr__(self) -> str:
        shown = ((key, super(LazyObservation, self).__getitem__(key)) for key in self)
        return "{" + ", ".join(f"{key!r}: {value!r}" for key, value in shown) + "}"
