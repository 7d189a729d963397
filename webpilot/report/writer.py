"""Writes ``report.html`` of a run and ``tree.html`` of each episode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from webpilot.errors import ConfigError
from webpilot.records.disk import write_atomically
from webpilot.records.reading import EpisodeRecord, Run, load_run
from webpilot.records.rows import EpisodeRow
from webpilot.report import figure
from webpilot.report.episodes import EpisodeView, view_episode
from webpilot.report.words import (
    FLOOR_SHARES,
    caveats,
    is_miniwob,
    metrics_of,
    model_cost,
    policy_label,
    side_effects_told,
)

__all__ = ["open_report", "write_report", "write_tree_page"]


def write_report(run_dir: str | Path) -> Path:
    """Write ``report.html`` of a run as it stands, and return its path.

    Raises:
        ConfigError: the folder holds no run.
        RecordError: it cannot be written.
    """
    run = load_run(run_dir)
    episodes = [view_episode(record) for record in run.episodes]
    unfinished = [view_episode(record) for record in _unfinished(run)]
    page = (
        _environment()
        .get_template("report.html.j2")
        .render(**_report(run, episodes), unfinished=unfinished)
    )
    target = run.path / "report.html"
    write_atomically(target, page)
    return target


def write_tree_page(episode_dir: str | Path) -> Path:
    """Write ``tree.html`` of one episode, finished or not, and return its path.

    Raises:
        ConfigError: the folder holds no episode.
        RecordError: it cannot be written.
    """
    folder = Path(episode_dir)
    if not (folder / "journal.jsonl").is_file():
        raise ConfigError(f"{folder} holds no episode: journal.jsonl is missing")
    return _write_tree_page(_environment(), EpisodeRecord(folder=folder, row=None))


def open_report(run_dir: str | Path) -> Path:
    """Return the path of a run's report, writing what is missing or older than what it shows.

    Works while the run goes on.

    Raises:
        ConfigError: the folder holds no run.
        RecordError: a page cannot be written.
    """
    run = load_run(run_dir)
    environment = _environment()
    for record in (*run.episodes, *_unfinished(run)):
        sources = [record.folder / "journal.jsonl", record.folder / "tree.json"]
        if sources[0].is_file() and _stale(record.folder / "tree.html", sources):
            _write_tree_page(environment, record)
    shown = [run.path / "results.jsonl", run.path / "summary.json"]
    shown += [record.folder / "journal.jsonl" for record in _unfinished(run)]
    report = run.path / "report.html"
    return write_report(run_dir) if _stale(report, shown) else report


def _stale(page: Path, sources: Sequence[Path]) -> bool:
    if not page.is_file():
        return True
    written = page.stat().st_mtime_ns
    return any(source.stat().st_mtime_ns > written for source in sources if source.is_file())


def _unfinished(run: Run) -> list[EpisodeRecord]:
    """Return the episodes that run now, or that a kill ended."""
    finished = {record.folder.name for record in run.episodes}
    return [
        EpisodeRecord(folder=journal.parent, row=None)
        for journal in sorted(run.path.glob("episodes/*/journal.jsonl"))
        if journal.parent.name not in finished and ".superseded-" not in journal.parent.name
    ]


def _write_tree_page(environment: Environment, record: EpisodeRecord) -> Path:
    page = environment.get_template("tree.html.j2").render(episode=view_episode(record))
    target = record.folder / "tree.html"
    write_atomically(target, page)
    return target


def _environment() -> Environment:
    """Return the templates: every text is escaped, an unknown name is an error."""
    environment = Environment(
        loader=PackageLoader("webpilot.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    styles = (files("webpilot.report") / "templates" / "style.css").read_text(encoding="utf-8")
    environment.globals["styles"] = Markup(styles)  # noqa: S704 - our own file
    environment.globals["drawing"] = figure
    environment.filters["number"] = _number
    environment.filters["model_cost"] = model_cost
    environment.filters["side_effects"] = side_effects_told
    environment.filters["percent"] = _percent
    return environment


def _number(value: float | None, places: int = 1) -> str:
    return "–" if value is None else f"{value:.{places}f}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _report(run: Run, episodes: Sequence[EpisodeView]) -> dict[str, Any]:
    summary = run.summary
    about = summary.get("run", {})
    rows = [episode.row for episode in episodes if episode.row is not None]
    return {
        "name": run.path.resolve().name,
        "summary": summary,
        "about": about,
        "episodes": episodes,
        "failures": [item for item in episodes if item.verdict in ("failed", "partly")],
        "spoiled": [item for item in episodes if item.verdict == "spoiled"],
        "label": policy_label(rows[0].policy if rows else "", about.get("label")),
        "facts": _facts(rows, about),
        "tables": {
            name: blocks
            for name, blocks in summary["by"].items()
            if name not in ("task", "template") and len(blocks) > 1
        },
        "metrics": tuple((each.name, summary[each.key]) for each in metrics_of(summary)),
        "columns": tuple((each.key, each.column) for each in metrics_of(summary)),
        "headline": summary[metrics_of(summary)[0].key],
        "miniwob": is_miniwob(summary),
        "caveats": caveats(summary),
        "floor_shares": FLOOR_SHARES,
    }


def _facts(rows: Sequence[EpisodeRow], about: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a reader must know to judge and to repeat the run, as (name, text)."""
    told = [
        ("preset", _distinct(row.preset for row in rows)),
        ("searcher", _distinct(row.searcher for row in rows)),
        ("model", _distinct(row.model or "none" for row in rows)),
        ("budget of an episode", _listed(about.get("budget", {}))),
        ("pages settle", str(about.get("settle", ""))),
        ("exploring", str(about.get("explore", "")) if any(row.on_sites for row in rows) else ""),
        ("versions", _listed(about.get("versions") or (rows[-1].versions if rows else {}))),
    ]
    return [(name, text) for name, text in told if text]


def _distinct(names: Iterable[str]) -> str:
    return ", ".join(sorted(set(names)))


def _listed(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in values.items())
