"""The record of a run: written as it happens, read back without a browser or a key.

Rows and their statistics, the run folder and its journals, the search trees as plain data. Text
formats only; ``docs/record.md`` lists every file and event.
"""

from __future__ import annotations

__all__: list[str] = []
