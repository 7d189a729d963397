"""What was sold in 2022 and 2023: orders with their baskets, lines, addresses and notes."""

import datetime
from decimal import Decimal

from oscar.apps.analytics.models import ProductRecord, UserRecord
from oscar.apps.basket.models import Basket
from oscar.apps.basket.models import Line as BasketLine
from oscar.apps.order.models import (
    BillingAddress,
    Line,
    LinePrice,
    Order,
    OrderNote,
    OrderStatusChange,
    ShippingAddress,
)
from shop.shipping import Collection, Express, Standard

FIRST_DAY = datetime.datetime(2022, 1, 14, 0, 0, tzinfo=datetime.UTC)
ORDERS = 76
OF_THE_CUSTOMER = 19
WAYS = (Standard, Standard, Standard, Express, Collection)
STEPS = ("Pending", "Being processed", "Shipped", "Complete")
NOTES = (
    "Customer asked to leave the parcel with the neighbour.",
    "Called about the delivery date; told it is on its way.",
    "Gift: no invoice in the parcel.",
    "Address confirmed by telephone.",
    "Refund for one damaged item agreed.",
)


def sell(clock, rng, products, customer, staff, others):
    """Make all orders, oldest first."""
    buyers = others[:16]
    turns = [customer] * OF_THE_CUSTOMER + [
        buyers[n % len(buyers)] for n in range(ORDERS - OF_THE_CUSTOMER)
    ]
    rng.shuffle(turns)
    for count, buyer in enumerate(turns):
        day = FIRST_DAY + datetime.timedelta(days=9 * count + rng.randrange(9))
        clock.moment = day + datetime.timedelta(minutes=rng.randrange(7 * 60, 22 * 60))
        order = place(buyer, [one for one, _ in products], rng)
        follow(clock, order, rng, age=ORDERS - count)
        if count % 11 == 5:
            clock.moment += datetime.timedelta(hours=5)
            OrderNote.objects.create(
                order=order, user=staff, note_type="Info", message=NOTES[count // 11 % len(NOTES)]
            )


def place(buyer, products, rng):
    """Return a new order of one to four products."""
    from django.utils import timezone

    now = timezone.now()
    chosen = [
        (one, rng.choice((1, 1, 1, 2, 2, 3))) for one in rng.sample(products, rng.randrange(1, 5))
    ]
    basket = Basket.objects.create(owner=buyer)
    method = WAYS[rng.randrange(len(WAYS))]()
    charge = getattr(method, "charge_incl_tax", Decimal("0.00"))
    total = sum((one.stockrecords.get().price * number for one, number in chosen), charge)
    where = buyer.addresses.order_by("id")[0 if rng.random() < 0.8 else buyer.addresses.count() - 1]
    order = Order.objects.create(
        number=str(100000 + basket.id),
        site_id=1,
        basket=basket,
        user=buyer,
        currency="USD",
        total_incl_tax=total,
        total_excl_tax=total,
        shipping_incl_tax=charge,
        shipping_excl_tax=charge,
        shipping_method=method.name,
        shipping_code=method.code,
        shipping_address=copied(where, ShippingAddress),
        billing_address=copied(buyer.addresses.order_by("id")[0], BillingAddress),
        status=STEPS[0],
        date_placed=now,
        analytics_tracked=True,
    )
    for product, number in chosen:
        add_line(order, basket, product, number)
    Basket.objects.filter(id=basket.id).update(status="Submitted", date_submitted=now)
    record(order, chosen)
    return order


def copied(address, model):
    """Return an address of an order, like the one in the address book."""
    other = model()
    address.populate_alternative_model(other)
    other.save()
    return other


def add_line(order, basket, product, number):
    """Add a product to an order and to the basket it came from."""
    stock = product.stockrecords.get()
    BasketLine.objects.create(
        basket=basket,
        line_reference=f"{product.id}_{stock.id}",
        product=product,
        stockrecord=stock,
        quantity=number,
        price_currency="USD",
        price_excl_tax=stock.price,
        price_incl_tax=stock.price,
    )
    whole = stock.price * number
    line = Line.objects.create(
        order=order,
        partner=stock.partner,
        partner_name=stock.partner.name,
        partner_sku=stock.partner_sku,
        stockrecord=stock,
        product=product,
        title=product.title,
        upc=product.upc,
        quantity=number,
        line_price_incl_tax=whole,
        line_price_excl_tax=whole,
        line_price_before_discounts_incl_tax=whole,
        line_price_before_discounts_excl_tax=whole,
        unit_price_incl_tax=stock.price,
        unit_price_excl_tax=stock.price,
        status=STEPS[0],
        num_allocated=0,
    )
    LinePrice.objects.create(
        order=order,
        line=line,
        quantity=number,
        price_incl_tax=stock.price,
        price_excl_tax=stock.price,
    )


def follow(clock, order, rng, age):
    """Take an order through its steps: the latest are still on their way."""
    last = 0 if age <= 4 else 1 if age <= 8 else 2 if age <= 13 else 3
    steps = ("Pending", "Cancelled") if age > 4 and rng.random() < 0.09 else STEPS[: last + 1]
    placed = clock.moment
    for old, new in zip(steps, steps[1:], strict=False):
        clock.moment += datetime.timedelta(hours=rng.randrange(9, 40))
        OrderStatusChange.objects.create(order=order, old_status=old, new_status=new)
    order.status = steps[-1]
    order.save()
    line_status = "Shipped" if steps[-1] == "Complete" else steps[-1]
    order.lines.update(status=line_status)
    clock.moment = placed


def record(order, chosen):
    """Keep the shop's own statistics of purchases."""
    for product, number in chosen:
        row, _ = ProductRecord.objects.get_or_create(product=product)
        row.num_purchases += number
        row.num_basket_additions += 1
        row.num_views += 3 * number
        row.score = row.num_purchases
        row.save()
    row, _ = UserRecord.objects.get_or_create(user=order.user)
    row.num_orders += 1
    row.num_order_lines += len(chosen)
    row.num_order_items += sum(number for _, number in chosen)
    row.total_spent += order.total_incl_tax
    row.date_last_order = order.date_placed
    row.save()
