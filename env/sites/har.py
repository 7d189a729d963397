"""The requests of a committed path: without those of the judges, and without secrets."""

from __future__ import annotations

import json
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from env.sites.scrubbing import scrubbed
from webpilot.errors import ConfigError, EnvironmentDown, RecordError

__all__ = ["cut", "unwritten"]


def cut(path: Path, *, until: datetime) -> Path:
    """Return the same file, scrubbed, with what began at ``until`` or later taken out of it.

    A judge looks at pages too, in the same window, and that is not what the agent did.

    Args:
        path: a HAR file (HTTP Archive 1.2).
        until: a moment with a time zone.

    Raises:
        EnvironmentDown: it was not written, or is no HAR.
        RecordError: there is no room for it.
    """
    try:
        archive: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        log = archive["log"]
        log["entries"] = [
            entry for entry in log["entries"] if moment(entry["startedDateTime"]) < until
        ]
        archive = scrubbed(archive)
    except (OSError, ValueError, KeyError, TypeError, ConfigError) as error:
        raise EnvironmentDown(
            f"the requests of the episode were not written down: {error}"
        ) from error
    try:
        path.write_text(json.dumps(archive, indent=1), encoding="utf-8")
    except OSError as error:
        raise unwritten(path, error) from error
    return path


def unwritten(path: Path | None, error: OSError) -> RecordError:
    """Return what to raise where the requests of a window cannot be written down."""
    # Playwright leaves only the text of an error's number.
    why = error.strerror or str(error).rpartition("] ")[2]
    folder = tempfile.gettempdir() if path is None else path.parent
    return RecordError(
        f"the requests of the episode cannot be written into {folder}: {why}; free some space "
        "there, or set TMPDIR, and run the same command again; all that was written before is kept"
    )


def moment(text: str) -> datetime:
    """Return a moment written as in a HAR."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
