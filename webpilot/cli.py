"""The installed command ``webpilot``: what is missing here, what a run looks like, and tapes."""

from __future__ import annotations

import json
import sys
import webbrowser
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from webpilot.errors import ConfigError, WebPilotError

__all__ = ["app", "main"]

TAPE = Path("runs/tape.sqlite")
"""Where runs keep their tape unless they are told otherwise."""

app = typer.Typer(
    name="webpilot",
    help="Plans, searches and commits on live browser pages.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

tape = typer.Typer(help="What models have answered, kept to be played again.", no_args_is_help=True)
app.add_typer(tape, name="tape")


@app.command()
def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")] = False,
) -> None:
    """Say what is there, what is missing, and how to mend it.

    Exits with 0 only where the default job can run.
    """
    from webpilot.doctor import diagnose

    diagnosis = diagnose()
    if as_json:
        print(json.dumps(diagnosis.to_dict(), indent=2))
    else:
        print("\n".join(diagnosis.lines()))
        print("The default job can run." if diagnosis.ok else "The default job cannot run yet.")
    raise typer.Exit(0 if diagnosis.ok else 1)


@app.command()
def view(
    run: Annotated[Path, typer.Argument(help="Folder of a run, e.g. runs/demo.")],
    browse: Annotated[bool, typer.Option("--open", help="Open it in your web browser.")] = False,
) -> None:
    """Write the report of a run as it stands, while it runs too, and print its path."""
    from webpilot.report import open_report

    report = open_report(run).resolve()
    print(report)
    if browse:
        webbrowser.open(report.as_uri())


@app.command()
def spans(
    run: Annotated[Path, typer.Argument(help="Folder of a run, e.g. runs/demo.")],
    send: Annotated[
        bool, typer.Option("--send", help="Send them where OTEL_EXPORTER_OTLP_ENDPOINT says.")
    ] = False,
    endpoint: Annotated[
        str | None, typer.Option(help="Send them there, e.g. http://127.0.0.1:4318/v1/traces.")
    ] = None,
    content: Annotated[
        bool, typer.Option("--content", help="Tell goals, actions and pages too.")
    ] = False,
    source: Annotated[
        Path | None, typer.Option("--tape", help="Tell prompts and answers too, from this tape.")
    ] = None,
) -> None:
    """Print the spans of a run's finished episodes as OTLP-JSON lines, or send them.

    Needs the extra otel. Nothing that pages, prompts or answers say is in them unless asked for.
    """
    from webpilot.llm.store import TapeStore
    from webpilot.spans.sending import exported, sender, writer

    with TapeStore(source, readonly=True) if source else nullcontext() as store:
        sending = send or endpoint is not None
        exporter = sender(endpoint) if sending else writer(sys.stdout)
        done = [number for _, number in exported(run, exporter, content=content, tape=store)]
    told = f"{sum(done)} spans of {sum(map(bool, done))} episodes"
    left = f", {done.count(0)} unfinished left out" if 0 in done else ""
    print(f"{told}{left}", file=sys.stderr)


@app.command()
def submit(
    run: Annotated[Path, typer.Argument(help="Folder of a run, e.g. runs/verified.")],
    form: Annotated[str, typer.Option(help="verified, browsergym or webarena.")] = "verified",
    output: Annotated[
        Path | None, typer.Option(help="Folder to write into; RUN/submission if left out.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="Of what is made; the run's if left out.")
    ] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Leave out what is missing or contaminated.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="Take the episodes with this seed.")] = None,
) -> None:
    """Make of a run what a leaderboard takes, and print what was made. Sends nothing."""
    from webpilot.submission import submit as make

    made = make(run, form=form, output=output, name=name, partial=partial, seed=seed)
    print("\n".join(made.lines()))


@tape.command()
def export(
    source: Annotated[Path, typer.Argument(metavar="TAPE", help="The tape.")] = TAPE,
) -> None:
    """Print a tape as lines of JSON: a head, then a call each, sorted by key."""
    from webpilot.llm.store import TapeStore
    from webpilot.llm.tapes import exported

    with TapeStore(source, readonly=True) as store:
        for line in exported(store):
            print(line)


@tape.command(name="import")
def import_(
    lines: Annotated[Path, typer.Argument(help="What `webpilot tape export` has printed.")],
    target: Annotated[Path, typer.Argument(metavar="TAPE", help="Made if missing.")] = TAPE,
) -> None:
    """Add exported calls to a tape; answers that it holds already stay."""
    from webpilot.llm.store import TapeStore
    from webpilot.llm.tapes import imported

    try:
        text = lines.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{lines} cannot be read: name a file of exported calls") from None
    with TapeStore(target) as store:
        done = imported(text.splitlines(), store)
    print(f"{done.added} added, {done.equal} held already, {done.kept} held with another answer")


@tape.command()
def diff(
    first: Annotated[Path, typer.Argument(help="A tape.")],
    second: Annotated[Path, typer.Argument(help="Another one.")],
) -> None:
    """Say in what two tapes differ; exits with 1 if they do."""
    from webpilot.llm.store import TapeStore
    from webpilot.llm.tapes import compare

    with TapeStore(first, readonly=True) as one, TapeStore(second, readonly=True) as other:
        found = compare(one, other)
    print("\n".join(found.lines) or f"{first} and {second} hold the same calls")
    raise typer.Exit(0 if found.equal else 1)


@tape.command()
def trim(
    runs: Annotated[list[Path], typer.Argument(help="Folders of runs whose calls are kept.")],
    source: Annotated[Path, typer.Option("--tape", help="The tape.")] = TAPE,
    dry: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
) -> None:
    """Remove from a tape what none of these runs has asked. What goes was paid for, and is gone."""
    from webpilot.llm.store import TapeStore
    from webpilot.llm.tapes import trim as trimmed

    used = {key for run in runs for key in _asked(run)}
    with TapeStore(source, readonly=dry) as store:
        unused = len(store.index().keys() - used) if dry else trimmed(store, used)
        left = len(store.index()) - (unused if dry else 0)
    print(f"{unused} calls {'would be ' if dry else ''}removed, {left} kept")


def _asked(run: Path) -> Iterator[str]:
    """Yield the key of every model call of a run, of unfinished episodes too."""
    from webpilot.records.reading import EpisodeRecord, load_run

    load_run(run)  # refuses what is no run
    for folder in sorted((run / "episodes").glob("*")):
        for event in EpisodeRecord(folder=folder, row=None).journal():
            if event["event"] == "model call":
                yield event["key"]


def main() -> None:
    """Run the command; an error of the user's is one line and exit status 2."""
    try:
        app()
    except WebPilotError as error:
        print(f"webpilot: {error}", file=sys.stderr)
        raise SystemExit(2) from None
