"""Numbers as a benchmark prints and keeps them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["save", "table"]


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return an aligned table; numbers are shown with three digits that matter."""
    cells = [list(head), *([_shown(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])


def save(path: Path | None, summary: Mapping[str, Any], rows: Sequence[Any], **more: Any) -> None:
    """Write summary and raw rows as JSON, if a file was asked for."""
    if path is not None:
        text = json.dumps({"summary": summary, **more, "rows": rows}, indent=1)
        path.write_text(text + "\n", encoding="utf-8")


def _shown(cell: Any) -> str:
    if isinstance(cell, float):
        return f"{cell:.0f}" if abs(cell) >= 100 else f"{cell:.3g}"
    return "-" if cell is None else str(cell)
