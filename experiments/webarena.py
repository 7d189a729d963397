"""Official WebArena before a run: its 812 tasks without an instance, and an instance before tasks.

    python -m experiments.webarena dry-run [--subset no_judge_model] [--json dry.json]
    python -m experiments.webarena check [--site reddit]     # what a run of these tasks needs
    python -m experiments.webarena reset                     # by the instance's reset server
    python -m experiments.webarena was-reset                 # you have reset it by hand

The dry run loads every task, checks it, fills in its addresses and puts all in the order that
BrowserGym's dependencies demand; it opens no page and asks no site. No number it prints is a score.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from env.sites.addresses import Addresses
from env.webarena.catalogue import KINDS, SUBSETS, WebArenaTask, choose, digest, tasks
from env.webarena.cleanliness import Cleanliness, admit
from env.webarena.instance import Instance
from env.webarena.order import Order, dependencies, in_order, longest_chain
from env.webarena.readiness import checks, refuse
from env.webarena.resetting import reset
from env.webarena.schema import problems
from env.webarena.sites import SITES, left_open
from experiments.bench.tables import save, table
from webpilot.errors import ConfigError, WebPilotError

__all__ = ["Planned", "main", "planned"]

NOTHING_ASKED = "skipped: no WebArena instance was asked, so there is no score"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One task as a run would come to it."""

    place: int
    """From 1 on, in the order of the run."""
    task: str
    sites: tuple[str, ...]
    template: int
    kinds: tuple[str, ...]
    needs_model: bool
    depends_on: tuple[str, ...]
    problems: tuple[str, ...]


def planned(chosen: Sequence[WebArenaTask], order: Order) -> list[Planned]:
    """Return the tasks in the order of a run, each checked with addresses filled in."""
    at = Addresses.of({site: f"http://{site}.invalid" for site in SITES})
    known, direct = {task.id: task for task in chosen}, dependencies()
    return [
        Planned(
            place=place,
            task=task.id,
            sites=task.sites,
            template=task.template,
            kinds=task.kinds,
            needs_model=task.needs_model,
            depends_on=direct[task.id],
            problems=(*problems(task.raw), *_open_addresses(task, at)),
        )
        for place, task in enumerate((known[name] for name in order.tasks), start=1)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Return the exit code: 0, 1 where something is wrong with tasks or instance, 2 on misuse."""
    asked = _parser().parse_args(arguments)
    try:
        done: int = asked.command(asked)
    except ConfigError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except WebPilotError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return done


def _dry_run(asked: argparse.Namespace) -> int:
    chosen = _chosen(asked)
    order = in_order([task.id for task in chosen], dependencies())
    rows = planned(chosen, order)
    wrong = [row for row in rows if row.problems]
    graph = {
        task: [each for each in direct if each in set(order.tasks)]
        for task, direct in dependencies().items()
        if task in set(order.tasks)
    }
    summary = {
        "subset": asked.subset,
        "tasks": len(rows),
        "templates": len({row.template for row in rows}),
        "needs_judge_model": sum(row.needs_model for row in rows),
        "problems": len(wrong),
        "longest_chain": longest_chain(graph),
        "left_out_dependencies": list(order.left_out),
        "sha256": digest(chosen),
    }
    save(asked.json, summary, [asdict(row) for row in rows])
    for line in _told(summary, rows):
        print(line)
    for row in wrong:
        print(f"{row.task}: {'; '.join(row.problems)}")
    return 1 if wrong else 0


def _told(summary: Mapping[str, Any], rows: Sequence[Planned]) -> list[str]:
    """Return the report of a dry run."""
    judged = Counter(kind for row in rows for kind in row.kinds)
    of_site = {site: [row for row in rows if site in row.sites] for site in SITES}
    head = ("site", "tasks", "templates", "may ask GPT-4")
    counted = [
        (site, len(own), len({row.template for row in own}), sum(row.needs_model for row in own))
        for site, own in of_site.items()
        if own
    ]
    together = ("together", len(rows), summary["templates"], summary["needs_judge_model"])
    ways = [(kind, judged[kind]) for kind in KINDS if judged[kind]]
    left_out = summary["left_out_dependencies"]
    return [
        table(head, [*counted, together]),
        "(a task on several sites stands in the row of each)",
        "",
        table(("judged by", "tasks"), ways),
        "(a task may be judged in several ways)",
        "",
        f"order: {rows[0].task} ... {rows[-1].task}; longest chain of dependencies "
        f"{summary['longest_chain']}; {len(left_out)} dependencies are left out"
        + (f" ({', '.join(left_out[:5])}{', ...' if len(left_out) > 5 else ''})" * bool(left_out)),
        f"problems: {summary['problems']}; SHA-256 of the definitions: {summary['sha256']}",
        NOTHING_ASKED,
    ]


def _check(asked: argparse.Namespace) -> int:
    chosen, instance = _chosen(asked), _instance()
    found = checks(instance, chosen)
    for check in found:
        state = "ok" if check.ok else "missing" if check.required else "absent"
        print(f"{state:9}{check.name:26}{check.detail}")
        if check.mend:
            print(f"{'':35}mend: {check.mend}")
    with Cleanliness(instance) as log:
        standing = log.standing
    print(f"{'ok' if standing.clean else 'dirty':9}{'WebArena state':26}", end="")
    print(f"as its reset at {standing.reset_at} left it" if standing.clean else standing.reason)
    refuse(found)
    admit(standing, resettable=bool(instance.reset_url), accept_dirty=False)
    return 0


def _reset(asked: argparse.Namespace) -> int:
    instance = _instance()
    with Cleanliness(instance) as log:
        print("resetting; this usually takes 200 to 500 s", flush=True)
        seconds = reset(instance)
        log.was_reset(by="server")
    print(f"ready after {seconds:.0f} s")
    return 0


def _was_reset(asked: argparse.Namespace) -> int:
    with Cleanliness(_instance()) as log:
        log.was_reset(by="hand")
        print(f"noted: reset by hand at {log.standing.reset_at}")
    return 0


def _instance() -> Instance:
    instance = Instance.from_environment(os.environ)
    if not instance.named:
        raise ConfigError("skipped: no WebArena instance: set WA_SHOPPING and the other addresses")
    return instance


def _chosen(asked: argparse.Namespace) -> tuple[WebArenaTask, ...]:
    return choose(
        tasks(), subset=asked.subset, sites=asked.site, templates=asked.template, ids=asked.task
    )


def _open_addresses(task: WebArenaTask, at: Addresses) -> tuple[str, ...]:
    filled = json.loads(at.fill(json.dumps(task.raw)))
    return tuple(f"{mark} is no site" for mark in left_open(filled))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m experiments.webarena", description="Official WebArena before a run."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, command, what in (
        ("dry-run", _dry_run, "load, check and order tasks without an instance"),
        ("check", _check, "what a run of these tasks needs of the instance"),
        ("reset", _reset, "put the instance back by its reset server"),
        ("was-reset", _was_reset, "note that you have reset the instance by hand"),
    ):
        own = commands.add_parser(name, help=what, description=what)
        own.set_defaults(command=command)
        if name in ("dry-run", "check"):
            own.add_argument("--subset", default="all", choices=SUBSETS)
            own.add_argument("--site", action="append", default=[], choices=SITES)
            own.add_argument("--template", action="append", default=[], type=int)
            own.add_argument("--task", action="append", default=[], metavar="ID")
        if name == "dry-run":
            own.add_argument("--json", type=Path, default=None, metavar="FILE")
    return parser


if __name__ == "__main__":
    sys.exit(main())
