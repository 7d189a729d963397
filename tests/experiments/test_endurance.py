"""Ctrl-C and killed browsers leave no process and no torn file (the full hundred: endurance.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.endurance import endure, torn_files


@pytest.mark.timeout(300)
def test_a_run_survives_interrupts_and_killed_browsers(tmp_path: Path) -> None:
    # The first acts come before an episode can end, on any machine; then it is let alone longer.
    findings = endure(tmp_path / "run", episodes=5, seed=1, pause=(1.0, 2.0))
    assert findings.played == 5
    assert findings.interrupted + findings.robbed > 0
    assert findings.left_over == []
    assert findings.torn == []
    assert findings.sound


def test_a_torn_file_is_found(tmp_path: Path) -> None:
    (tmp_path / "results.jsonl").write_text('{"task": 1}\n{"task": ', encoding="utf-8")
    (tmp_path / "summary.json").write_text("{}", encoding="utf-8")
    assert len(torn_files(tmp_path)) == 1
