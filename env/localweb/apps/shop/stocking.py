"""The shop's shelves: categories, kinds of products, products, prices and stock."""

import datetime
import tomllib
from decimal import Decimal
from pathlib import Path

from oscar.apps.catalogue.categories import create_from_breadcrumbs
from oscar.apps.catalogue.models import (
    Product,
    ProductAttribute,
    ProductCategory,
    ProductClass,
)
from oscar.apps.partner.models import Partner, StockRecord

OPENED = datetime.datetime(2021, 9, 1, 8, 0, tzinfo=datetime.UTC)
ATTRIBUTES = (("brand", "Brand"), ("size", "Size"), ("colour", "Colour"), ("material", "Material"))
BRANDS_A_GOOD = 3
GRADES = (Decimal("1.00"), Decimal("0.78"), Decimal("1.29"), Decimal("1.12"))
"""What a brand makes of a price, by its place on the shelf."""
ENDINGS = (Decimal("0.99"), Decimal("0.49"), Decimal("0.95"), Decimal("0.25"))
APART = Decimal("0.50")
"""Prices of one shelf differ by so much, so that no rounding takes one for another."""


def shelves():
    """Return what ``goods.toml`` says."""
    return tomllib.loads((Path(__file__).parent / "goods.toml").read_text())["shelf"]


def stock(clock, rng):
    """Return every product, made in the order of the shelves, with its shelf."""
    partners = [
        Partner.objects.create(name=one) for one in ("Larkfield Warehouse", "Coastal Supply")
    ]
    made = []
    for shelf in shelves():
        kind = kind_of(shelf["type"])
        category = create_from_breadcrumbs(shelf["path"], separator=" > ")
        prices = set()
        for place, good in enumerate(shelf["goods"]):
            for turn in range(BRANDS_A_GOOD):
                clock.moment = OPENED + datetime.timedelta(hours=19 * len(made))
                product = put_on_sale(shelf, good, place, turn, kind, rng, len(made))
                ProductCategory.objects.create(product=product, category=category)
                price = priced(good[1], place, turn, len(shelf["brands"]), prices, rng)
                in_store(product, partners[len(made) % 5 == 0], price, rng)
                made.append((product, shelf))
    return made


def kind_of(name):
    """Return the product class of that name with its attributes."""
    kind, new = ProductClass.objects.get_or_create(name=name)
    if new:
        for code, label in ATTRIBUTES:
            ProductAttribute.objects.create(product_class=kind, code=code, name=label, type="text")
    return kind


def put_on_sale(shelf, good, place, turn, kind, rng, count):
    """Return one product: a good of one brand, in one size and colour."""
    name, _, sizes, colours, text = good
    brands = shelf["brands"]
    brand = brands[(place + turn) % len(brands)]
    sizes, colours = sizes.split("|"), colours.split("|")
    size, colour = sizes[turn % len(sizes)], colours[rng.randrange(len(colours))]
    material = shelf["material"][rng.randrange(len(shelf["material"]))]
    product = Product(
        title=f"{brand} {name}, {size}, {colour}"
        if len(colours) > 1
        else f"{brand} {name}, {size}",
        upc=str(80010001 + 7 * count),
        product_class=kind,
        description=(
            f"<p>{text}</p><p>Made by {brand}, in {material}. Size: {size}. Colour: {colour}. "
            f"{WARRANTIES[rng.randrange(len(WARRANTIES))]}</p>"
        ),
    )
    product.attr.initialize()
    product.attr.brand, product.attr.size = brand, size
    product.attr.colour, product.attr.material = colour, material
    product.save()
    return product


WARRANTIES = (
    "Comes with a two-year warranty.",
    "Comes with a one-year warranty.",
    "Comes with a ten-year warranty.",
    "Can be returned within 60 days.",
    "Can be returned within 30 days.",
)


def priced(base, place, turn, brands, taken, rng):
    """Return a price for a good, well apart from every other price of its shelf."""
    grade = GRADES[(place + turn) % brands]
    whole = int(Decimal(base) * grade * (1 + Decimal("0.11") * turn))
    price = whole + ENDINGS[rng.randrange(len(ENDINGS))]
    while any(abs(price - other) < APART for other in taken):
        price += 1
    taken.add(price)
    return price


def in_store(product, partner, price, rng):
    """Put some of a product in store; one in twelve is sold out."""
    number = 0 if rng.random() < 1 / 12 else rng.randrange(3, 140)
    StockRecord.objects.create(
        product=product,
        partner=partner,
        partner_sku=f"LF-{product.upc[-5:]}",
        price=price,
        num_in_stock=number,
        low_stock_threshold=8,
    )
