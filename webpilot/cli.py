"""The installed command ``webpilot``: what is missing here, and what a run looks like."""

from __future__ import annotations

import json
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from webpilot.errors import WebPilotError

__all__ = ["app", "main"]

app = typer.Typer(
    name="webpilot",
    help="Plans, searches and commits on live browser pages.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


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


def main() -> None:
    """Run the command; an error of the user's is one line and exit status 2."""
    try:
        app()
    except WebPilotError as error:
        print(f"webpilot: {error}", file=sys.stderr)
        raise SystemExit(2) from None
