"""One episode on the local suite from Python, and another one after it in the same process."""

from __future__ import annotations

import webpilot as wp

JUDGES = ["database", "libwebarena", "verified"]


def test_a_notebooks_second_call_is_judged_on_servers_of_its_own() -> None:
    for _ in range(2):
        result = wp.solve_sync("localweb.1000", preset="greedy")
        assert result.error is None
        assert result.success
        assert sorted(result.row.judges) == JUDGES
