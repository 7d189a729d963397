"""A WebArena instance as the grounds of either official benchmark, checked before a run begins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from env.judging import Judge
from env.sites.definition import SiteTask
from env.sites.exploring import READONLY, REPLICA
from env.verified import installing
from env.verified import selection as verified
from env.verified.evaluator import VerifiedEvaluator
from env.verified.judge import VerifiedJudge
from env.webarena import selection
from env.webarena.catalogue import WebArenaTask, load
from env.webarena.grounds import WebArenaGrounds
from env.webarena.instance import Instance
from env.webarena.libwebarena_judge import LibwebarenaJudge

__all__ = ["OFFICIAL", "official_grounds"]

OFFICIAL = ("webarena", "webarena_verified")


def official_grounds(
    benchmark: str,
    chosen: Iterable[str],
    *,
    explore: str,
    accept_dirty: bool,
    run: str,
    environ: Mapping[str, str],
) -> WebArenaGrounds:
    """Return the instance that the environment names, ready for these tasks.

    Args:
        benchmark: one of :data:`OFFICIAL`.
        chosen: ids of the tasks that are to be played.
        explore: see :class:`env.webarena.grounds.WebArenaGrounds`; what is made for replicas is
            taken for ``readonly-search``, because an instance has none.
        accept_dirty: the same.
        run: the same.
        environ: the variables of the environment.

    Raises:
        ConfigError: there is no instance, or it is not ready; every fault with its mend.
    """
    evaluator = VerifiedEvaluator()
    official = benchmark == "webarena"

    def judges() -> Mapping[str, Judge]:
        return (
            {"libwebarena": LibwebarenaJudge()}
            if official
            else {"verified": VerifiedJudge(evaluator)}
        )

    grounds = WebArenaGrounds(
        Instance.from_environment(environ),
        load=selection.load if official else verified.load,
        judges=judges,
        explore=READONLY if explore == REPLICA else explore,
        accept_dirty=accept_dirty,
        run=run,
        close=evaluator.close,
    )
    try:
        if official:
            grounds.check([load(each) for each in chosen])
        else:
            installing.python()
            grounds.check([_needs(verified.load(each)) for each in chosen], evaluators=False)
    except BaseException:
        grounds.close()
        raise
    return grounds


def _needs(task: SiteTask) -> WebArenaTask:
    """Return what a verified task needs of an instance: its sites, and no evaluator of WebArena."""
    return WebArenaTask(
        id=task.id,
        number=task.number,
        sites=task.sites,
        template=task.template,
        start_urls=task.start_urls,
        intent=task.intent,
        kinds=(),
        tokenized=False,
        raw={},
    )
