"""Fills an empty folder with the shop: ``python -m shop.seeding make|settle``.

``SHOP_FOLDER`` names it.

The same content each time: the clock stands where it is put, and one seed draws everything.
"""

import os
import random
import shutil
import sys
from pathlib import Path

import django
import oscar
import standing_clock

SEED = 20240102


def main(arguments):
    """``make`` everything, or ``settle`` what logging in has left."""
    clock = standing_clock.stand_still()
    os.environ["DJANGO_SETTINGS_MODULE"] = "shop.seed_settings"
    django.setup()
    {"make": make, "settle": settle}[arguments[0]](clock)


def make(clock):
    """Make the database, its content, the search index and the picture of what has none."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, transaction

    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        fill(clock, random.Random(SEED))
    clock.moment = standing_clock.NOW
    call_command("rebuild_index", verbosity=0, interactive=False)
    settings.MEDIA_ROOT.mkdir()
    name = settings.OSCAR_MISSING_IMAGE_URL
    shutil.copyfile(
        Path(oscar.__file__).parent / "static/oscar/img" / name, settings.MEDIA_ROOT / name
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")


def settle(clock):
    """Have the sessions last until 2099, and nobody logged in at any time."""
    from django.contrib.sessions.models import Session
    from oscar.core.compat import get_user_model

    Session.objects.update(expire_date=clock.moment.replace(year=2099))
    get_user_model().objects.update(last_login=None)


def fill(clock, rng):
    """Fill the empty database."""
    from django.contrib.sites.models import Site
    from shop import accounts, opinions, sales, stocking

    Site.objects.update(domain="127.0.0.1", name="Larkfield")
    products = stocking.stock(clock, rng)
    customer, staff, others = accounts.open_accounts(clock, rng)
    sales.sell(clock, rng, products, customer, staff, others)
    opinions.review(clock, rng, products, [customer, *others])
    opinions.wish(clock, products, customer, others)
    opinions.promote(clock)


if __name__ == "__main__":
    main(sys.argv[1:])
