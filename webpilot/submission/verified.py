"""WebArena-Verified's package: two files a task, in the archive that its own packager makes."""

from __future__ import annotations

from env.verified.catalogue import BENCHMARK, Catalogue, id_of, name_of
from env.verified.package import HAR, RESPONSE, Output, pack
from webpilot.records.reading import EpisodeRecord, Run
from webpilot.submission.choosing import choose, row_of
from webpilot.submission.made import Made, Wish

__all__ = ["make"]


def make(run: Run, wish: Wish) -> Made:
    """Return the package of a run of WebArena-Verified.

    The run must hold every task of the full set; or every task of the Hard subset and no other.

    Raises:
        ConfigError: something is missing or contaminated, or the packager is not installed.
    """
    catalogue = Catalogue()
    names = {row_of(one).task for one in run.episodes}
    hard = {name_of(number) for number in catalogue.hard}
    whole = {name_of(number) for number in catalogue.tasks}
    choice = choose(
        run,
        benchmark=BENCHMARK,
        partial=wish.partial,
        seed=wish.seed,
        wanted=hard if names & whole <= hard else whole,
        files=(RESPONSE, HAR),
    )
    outputs = (_output(one) for one in choice.episodes)
    package = pack(outputs, wish.output, wish.name, secrets=wish.secrets)
    return Made(
        files=(package.file, package.summary, wish.output / wish.name),
        tasks=len(package.task_ids),
        left_out=choice.gaps,
        to_do=(
            "upload the archive as WebArena-Verified's leaderboard asks for it; nothing was sent",
            "look into it first: cookies, credentials and tokens are taken out, but what a page's "
            "address or a form says is there",
        ),
    )


def _output(episode: EpisodeRecord) -> Output:
    number = id_of(row_of(episode).task)
    assert number is not None  # the benchmark's name was checked
    folder = episode.folder
    return Output(task_id=number, response=folder / RESPONSE, har=folder / HAR)
