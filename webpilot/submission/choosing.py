"""Which episodes of a run are sent in, and whether they may be."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from webpilot.errors import ConfigError
from webpilot.records.reading import EpisodeRecord, Run
from webpilot.records.rows import EpisodeRow

__all__ = ["Choice", "benchmark_of", "choose", "row_of"]

NAMED = 6
"""How many episodes a message names before it only counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is sent in, and what is left out."""

    benchmark: str
    """The name before the first point of each task's."""
    episodes: tuple[EpisodeRecord, ...]
    """Finished and judged, by task and seed."""
    gaps: tuple[str, ...]
    """One line for each kind of thing that is left out."""


def choose(
    run: Run,
    *,
    benchmark: str | None = None,
    partial: bool = False,
    seed: int | None = None,
    wanted: Collection[str] | None = None,
    files: Collection[str] = (),
) -> Choice:
    """Return the episodes of a run that are sent in.

    Args:
        run: finished, or as it stands.
        benchmark: the only one that is accepted; ``None`` is any, as long as it is one.
        partial: leave out what is missing, unjudged or contaminated, instead of refusing.
        seed: take the episodes with this seed alone.
        wanted: names of the tasks that must all be there, each once; ``None`` is whatever the run
            holds, with any number of seeds.
        files: names of files that each episode's folder must hold.

    Raises:
        ConfigError: there is nothing to send in, or a gap without ``partial``.
    """
    found = [one for one in run.episodes if seed is None or row_of(one).seed == seed]
    name = _one_benchmark(run, found, benchmark)
    if wanted is not None:
        _refuse_repeats(run, found)
    gaps = _gaps(run, found, wanted, files, seed)
    if gaps and not partial:
        raise ConfigError(
            f"{run.path} is not whole: {'; '.join(gaps)}. Run the same command again "
            "(run.retry_errors=true plays again what the world spoiled), or leave these out with "
            "--partial"
        )
    good = tuple(one for one in found if not _fault(one, files))
    if not good:
        raise ConfigError(f"{run.path} holds no episode that could be sent in: {'; '.join(gaps)}")
    return Choice(benchmark=name, episodes=good, gaps=tuple(gaps))


def row_of(episode: EpisodeRecord) -> EpisodeRow:
    """Return the row of a finished episode."""
    assert episode.row is not None
    return episode.row


def benchmark_of(task: str) -> str:
    """Return the benchmark's name in a task's."""
    return task.partition(".")[0]


def _one_benchmark(run: Run, found: Iterable[EpisodeRecord], benchmark: str | None) -> str:
    names = sorted({benchmark_of(row_of(one).task) for one in found})
    if not names:
        raise ConfigError(f"{run.path} holds no finished episode to send in")
    if len(names) > 1:
        raise ConfigError(f"{run.path} holds several benchmarks ({', '.join(names)}): send in one")
    if benchmark not in (None, names[0]):
        raise ConfigError(
            f"{run.path} is a run of {names[0]}; this form is of {benchmark}: choose another --form"
        )
    return names[0]


def _refuse_repeats(run: Run, found: Iterable[EpisodeRecord]) -> None:
    tasks = [row_of(one).task for one in found]
    repeated = sorted({task for task in tasks if tasks.count(task) > 1})
    if repeated:
        raise ConfigError(
            f"{run.path} holds {_listed(repeated)} with several seeds, and one attempt at each "
            "task can be sent in: choose with --seed"
        )


def _gaps(
    run: Run,
    found: Iterable[EpisodeRecord],
    wanted: Collection[str] | None,
    files: Collection[str],
    seed: int | None,
) -> list[str]:
    faults: dict[str, list[str]] = {}
    for one in found:
        if fault := _fault(one, files):
            faults.setdefault(fault, []).append(one.folder.name)
    there = {one.folder.name for one in run.episodes}
    folder = run.path / "episodes"
    begun = [
        one.name
        for one in sorted(folder.glob("*"))
        if one.name not in there and ".superseded-" not in one.name
    ]
    mine = [name for name in begun if seed is None or name.endswith(f".{seed}")]
    if mine:
        faults["not finished"] = mine
    if wanted is not None:
        lacking = sorted(set(wanted) - {row_of(one).task for one in found}, key=_by_number)
        if lacking:
            faults[f"not played, of {len(wanted)}"] = lacking
    return [f"{_listed(names)} {fault}" for fault, names in faults.items()]


def _fault(episode: EpisodeRecord, files: Collection[str]) -> str:
    """Return why an episode cannot be sent in, or the empty string."""
    row = row_of(episode)
    if row.is_infrastructure or row.stop_reason == "interrupted":
        return "without a verdict"
    if row.contaminated:
        return "contaminated by exploring"
    lacking = [name for name in files if not (episode.folder / name).is_file()]
    return f"without {' and '.join(lacking)}" if lacking else ""


def _by_number(name: str) -> tuple[int, str]:
    number = name.rpartition(".")[2]
    return (int(number) if number.isdecimal() else 0, name)


def _listed(names: Collection[str]) -> str:
    some = list(names)[:NAMED]
    more = len(names) - len(some)
    return ", ".join(some) + (f" and {more} more" if more else "")
