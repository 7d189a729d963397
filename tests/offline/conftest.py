"""One warm browser for the offline policy's tests on pages of ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.offline.page_runs import Runner, runner


@pytest.fixture(scope="session")
def pages() -> Iterator[Runner]:
    with runner() as ready:
        yield ready
