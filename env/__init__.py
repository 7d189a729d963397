"""The browser, and everything that touches it: launch, observation, action, restoration.

Import from its modules (``from env.link.session import Session``), never the bare name.
"""

from __future__ import annotations

__all__: list[str] = []
