"""Serves the forum on one loopback port.

``python -m forum.serving PORT``; ``FORUM_FOLDER`` and ``FORUM_INDEX`` name its data.
"""

import os
import sys
from pathlib import Path

import django
import spirit
import standing_clock
import waitress
from whitenoise import WhiteNoise

THREADS = 4
WEEK = 7 * 24 * 3600


def application():
    """Return the forum with its static files."""
    standing_clock.stand_still()
    os.environ["DJANGO_SETTINGS_MODULE"] = "forum.settings"
    django.setup()
    from django.core.handlers.wsgi import WSGIHandler

    served = WhiteNoise(WSGIHandler(), max_age=WEEK)
    served.add_files(Path(spirit.__file__).parent / "core" / "static", prefix="static/")
    return served


def main(arguments):
    """Serve until killed."""
    (port,) = arguments
    waitress.serve(
        application(),
        listen=f"127.0.0.1:{port}",
        threads=THREADS,
        clear_untrusted_proxy_headers=True,
        ident=None,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
