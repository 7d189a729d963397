"""Serves the shop on two loopback ports: one for its customers, one for its staff.

``python -m shop.serving CUSTOMER_PORT STAFF_PORT``; ``SHOP_FOLDER`` names the data.
"""

import os
import sys
from pathlib import Path

import django
import oscar
import standing_clock
import treebeard
import waitress
from shop.cookies import CookiesApart
from whitenoise import WhiteNoise

THREADS = 4
WEEK = 7 * 24 * 3600


def application():
    """Return the shop with its static files and pictures."""
    standing_clock.stand_still()
    os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
    django.setup()
    from django.conf import settings
    from django.core.handlers.wsgi import WSGIHandler

    served = WhiteNoise(WSGIHandler(), max_age=WEEK)
    for package in (oscar, treebeard):
        served.add_files(Path(package.__file__).parent / "static", prefix="static/")
    served.add_files(settings.MEDIA_ROOT, prefix="media/")
    return served


def main(arguments):
    """Serve until killed."""
    customers, staff = arguments
    waitress.serve(
        CookiesApart(application(), {customers: "customer-", staff: "staff-"}),
        listen=f"127.0.0.1:{customers} 127.0.0.1:{staff}",
        threads=THREADS,
        # The pages of one site never wait for the other's, and nobody is asked for a name.
        clear_untrusted_proxy_headers=True,
        ident=None,
    )


if __name__ == "__main__":
    main(sys.argv[1:])
