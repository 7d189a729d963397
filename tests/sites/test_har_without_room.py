"""A disk that is full when the requests of a committed path are written down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from env.sites.har import cut
from tests.sites.small_site import SmallSite, action
from tests.sites.test_site_world import awaited
from webpilot.errors import EnvironmentDown, RecordError
from webpilot.types import Done

FULL = Path("/dev/full")
"""A file that never has room."""
pytestmark = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[SmallSite]:
    small = SmallSite(tmp_path)
    yield small
    small.close()


@awaited
async def test_a_full_disk_is_one_clear_line_and_the_next_episode_is_judged(
    site: SmallSite,
) -> None:
    har = site.folder / "episode.har"
    har.symlink_to(FULL)
    async with site.episode() as episode:
        now = await episode.commit([])
        await episode.commit([action(now, "click", "Ledger")])
        with pytest.raises(RecordError) as caught:
            await episode.judge(Done())
    told = str(caught.value)
    assert "No space left on device" in told
    assert "run the same command again" in told
    assert "\n" not in told
    har.unlink()
    async with site.episode() as episode:
        assert (await episode.judge(Done())).success


def test_a_record_cut_short_is_no_verdict(tmp_path: Path) -> None:
    torn = tmp_path / "torn.har"
    torn.write_text('{"log": {"entries": [{"startedDa')
    with pytest.raises(EnvironmentDown, match="not written down"):
        cut(torn, until=datetime.now(UTC))
    whole = tmp_path / "whole.har"
    whole.write_text('{"log": {"entries": []}}')
    assert cut(whole, until=datetime.now(UTC)) == whole
