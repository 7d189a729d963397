"""``python -m webpilot``: the installed command, for a machine without it on the path."""

from __future__ import annotations

from webpilot.cli import main

__all__: list[str] = []

main()
