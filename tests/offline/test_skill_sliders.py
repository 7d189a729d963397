"""Sliders and counters are brought to a value in closed loop."""

from __future__ import annotations

import pytest

from tests.offline.page_runs import Runner


def shown(pages: Runner, selector: str) -> str:
    value: str = pages.page.js(
        f"(e => e.value ?? e.textContent)(document.querySelector('{selector}'))"
    )
    return value


@pytest.mark.parametrize("value", [33, 38, 46, 77, 90])
def test_a_drawn_slider_of_unknown_range_reaches_the_value(pages: Runner, value: int) -> None:
    run = pages.run("offline_ranges.html", f"Set the brightness slider to {value}.")
    assert shown(pages, "#shown") == str(value)
    assert run.stopped
    assert len(run.actions) <= 6


def test_a_native_range_reaches_the_value(pages: Runner) -> None:
    run = pages.run("offline_ranges.html", "Set the Volume slider to 45.")
    assert shown(pages, "#volume") == "45"
    assert run.stopped


@pytest.mark.parametrize("value", [1, 6])
def test_a_read_only_counter_is_stepped_by_its_buttons(pages: Runner, value: int) -> None:
    run = pages.run("offline_ranges.html", f"Set the counter to {value}.")
    assert shown(pages, "#count") == str(value)
    assert run.stopped
    assert set(run.kinds) == {"click"}
