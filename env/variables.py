"""Environment variables for those who read them at one moment and cannot be told otherwise."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

__all__ = ["set_for_now"]


@contextmanager
def set_for_now(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables of this process while the ``with`` body runs, and put them back as they were.

    Args:
        values: by name.
    """
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
