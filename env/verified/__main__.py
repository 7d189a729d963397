"""``python -m env.verified`` makes the environment; ``make verified`` calls it."""

from __future__ import annotations

import sys

from env.verified.installing import install
from webpilot.errors import ConfigError

if __name__ == "__main__":
    try:
        install()
    except ConfigError as error:
        sys.exit(f"verified: {error}")
