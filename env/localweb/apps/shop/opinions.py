"""What customers say and wish, and what the shop offers them."""

import datetime
from decimal import Decimal

from oscar.apps.catalogue.models import Category
from oscar.apps.catalogue.reviews.models import ProductReview
from oscar.apps.offer.models import Benefit, Condition, ConditionalOffer, Range
from oscar.apps.voucher.models import Voucher
from oscar.apps.wishlists.models import Line, WishList

FIRST_REVIEW = datetime.datetime(2022, 2, 1, 9, 0, tzinfo=datetime.UTC)
REVIEWS = 460
PENDING = 11
REJECTED = 4
SCORES = (1, 2, 3, 4, 4, 5, 5, 5)
TITLES = {
    1: ("Very disappointed", "Would not buy again", "Sent it back"),
    2: ("Not what I hoped for", "Below average", "Has its faults"),
    3: ("It is all right", "Mixed feelings", "Average"),
    4: ("Good value", "Happy with it", "Does what it should"),
    5: ("Excellent", "Love it", "Highly recommended"),
}
OPENINGS = (
    "Bought this as a present for my sister.",
    "I have had it for about three months now.",
    "It replaced one I had used for years.",
    "Ordered it after reading the other opinions here.",
    "My partner uses it nearly every day.",
    "Delivery took {days} days.",
)


def review(clock, rng, products, writers):
    """Write all reviews, oldest first, then rate every product by them."""
    taken = set()
    while len(taken) < REVIEWS:
        product, shelf = products[int(len(products) * rng.random() ** 1.4)]
        writer = writers[rng.randrange(len(writers))]
        if (product.id, writer.id) in taken:
            continue
        taken.add((product.id, writer.id))
        left = REVIEWS - len(taken)
        clock.moment = FIRST_REVIEW + datetime.timedelta(
            hours=36 * len(taken), minutes=rng.randrange(900)
        )
        write(
            product,
            shelf,
            writer,
            rng,
            status=0 if left < PENDING else 2 if left < PENDING + REJECTED else 1,
        )
    for product, _ in products:
        product.update_rating()


def write(product, shelf, writer, rng, status):
    """Write one review; what it says fits its score."""
    score = SCORES[rng.randrange(len(SCORES))]
    opening = OPENINGS[rng.randrange(len(OPENINGS))].format(days=rng.randrange(2, 9))
    good = shelf["praise"][rng.randrange(2)]
    bad = shelf["blame"][rng.randrange(2)]
    said = {
        1: bad,
        2: f"{bad} At least it looks nice.",
        3: f"{good} But: {bad[0].lower()}{bad[1:]}",
    }
    votes = rng.randrange(7) if status == 1 else 0
    ProductReview.objects.create(
        product=product,
        user=writer,
        score=score,
        title=TITLES[score][rng.randrange(3)],
        body=f"{opening} {said.get(score, good)}",
        status=status,
        total_votes=votes,
        delta_votes=votes - 2 * min(votes, rng.randrange(3)),
    )


WISHES = (
    ("customer", "Birthday ideas", (40, 91, 152, 213, 270)),
    ("customer", "Camping trip", (126, 130, 137, 141)),
    (0, "New kitchen", (2, 5, 19, 33)),
    (2, "Home office", (74, 80, 291)),
    (5, "For the garden", (307, 312, 318, 320)),
)


def wish(clock, products, customer, others):
    """Fill wish lists."""
    for count, (owner, name, wanted) in enumerate(WISHES):
        clock.moment = FIRST_REVIEW + datetime.timedelta(days=60 * count)
        listed = WishList.objects.create(
            owner=customer if owner == "customer" else others[owner], name=name
        )
        # Saving draws one at random, whatever it is given.
        WishList.objects.filter(id=listed.id).update(key=f"wish{count:02d}")
        for place in wanted:
            product = products[place][0]
            Line.objects.create(wishlist=listed, product=product, title=product.title)


def promote(clock):
    """Open the shop's offers and vouchers; all but one last until 2099."""
    clock.moment = FIRST_REVIEW
    everything = Range.objects.create(name="All products", includes_all_products=True)
    coffee = Range.objects.create(name="Coffee corner", is_public=True)
    coffee.included_categories.add(Category.objects.get(name="Coffee & Tea"))
    games = Range.objects.create(name="Games night", is_public=True)
    games.included_categories.add(Category.objects.get(name="Board Games"))
    offer("10% off the coffee corner", "Site", coffee, ("Count", 1), ("Percentage", 10))
    offer("Three games for the price of two", "Site", games, ("Count", 3), ("Multibuy", None))
    for name, code, condition, benefit, last in (
        ("Welcome", "WELCOME10", ("Count", 1), ("Percentage", 10), 2099),
        ("Fifteen off a hundred", "HUNDRED15", ("Value", 100), ("Absolute", 15), 2099),
        ("Free delivery", "FREESHIP", ("Value", 60), ("Shipping fixed price", 0), 2099),
        ("Summer sale 2022", "SUMMER22", ("Count", 1), ("Percentage", 25), 2022),
    ):
        voucher = Voucher.objects.create(
            name=name,
            code=code,
            usage="Multi-use",
            start_datetime=datetime.datetime(2022, 6, 1, tzinfo=datetime.UTC),
            end_datetime=datetime.datetime(last, 8, 31, tzinfo=datetime.UTC),
        )
        voucher.offers.add(offer(f"Voucher {code}", "Voucher", everything, condition, benefit))


def offer(name, kind, on, condition, benefit):
    """Return a new offer on a range of products."""
    return ConditionalOffer.objects.create(
        name=name,
        offer_type=kind,
        description=f"{name}, while it lasts.",
        condition=Condition.objects.create(
            range=on, type=condition[0], value=Decimal(condition[1])
        ),
        benefit=Benefit.objects.create(
            range=None if benefit[0].startswith("Shipping") else on,
            type=benefit[0],
            value=None if benefit[1] is None else Decimal(benefit[1]),
        ),
    )
