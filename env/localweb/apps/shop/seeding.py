"""Fills an empty folder with the shop: ``python -m shop.seeding``, ``SHOP_FOLDER`` names it.

The same content each time: the clock stands where it is put, and one seed draws everything.
"""

import os
import random

import django
import standing_clock

SEED = 20240102


def main():
    """Make the database, its content and the search index."""
    clock = standing_clock.stand_still()
    os.environ["DJANGO_SETTINGS_MODULE"] = "shop.seed_settings"
    django.setup()
    from django.core.management import call_command
    from django.db import transaction

    call_command("migrate", verbosity=0, interactive=False)
    with transaction.atomic():
        fill(clock, random.Random(SEED))
    clock.moment = standing_clock.NOW
    call_command("rebuild_index", verbosity=0, interactive=False)


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
    main()
