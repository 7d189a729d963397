"""The real shop: what the seed holds, what reading and buying do, and that it is put back."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest

from env.judging import Ending
from env.link.warden import Warden
from env.localweb.database_judge import DatabaseJudge, query
from env.localweb.listening import listening
from env.localweb.memory import resident
from env.localweb.replica import Replica
from env.localweb.seeds import described, fill, manifest
from env.localweb.shop import SHOP
from tests.apps.shop_client import Visitor
from webpilot.errors import SiteDown
from webpilot.responses import TypedResponse

CHESS = "/catalogue/meeple-house-wooden-chess-set-12-inch-maple_262/"
CUSTOMER_PAGES = (
    "/catalogue/",
    "/catalogue/?page=3&sort_by=price-asc",
    "/catalogue/category/sports-outdoors/camping_11/",
    "/search/?q=kettle",
    CHESS,
    "/basket/",
    "/offers/",
    "/accounts/profile/",
    "/accounts/orders/",
    "/accounts/orders/100057/",
    "/accounts/wishlists/",
    "/accounts/wishlists/wish01/",
)
STAFF_PAGES = (
    "/dashboard/",
    "/dashboard/orders/",
    "/dashboard/orders/100071/",
    "/dashboard/catalogue/",
    "/dashboard/reviews/",
    "/dashboard/reviews/457/",
    "/dashboard/users/",
    "/dashboard/vouchers/",
    "/catalogue/",
)


@pytest.fixture(scope="module")
def shop() -> Iterator[Replica]:
    with Replica(applications=[SHOP]).start() as running:
        yield running


@pytest.fixture(autouse=True)
def pristine(shop: Replica) -> None:
    shop.reset()


@pytest.fixture
def customer(shop: Replica) -> Visitor:
    return Visitor(shop, "shopping")


@pytest.fixture
def staff(shop: Replica) -> Visitor:
    return Visitor(shop, "shopping_admin")


def count(shop: Replica, sql: str) -> int:
    return int(cast(int, query(shop.data("shopping"), f"SELECT COUNT(*) FROM {sql}")[0][0]))


def test_the_seed_has_a_realistic_size(shop: Replica) -> None:
    customers = "order_order o JOIN auth_user u ON u.id = o.user_id"
    assert count(shop, "catalogue_product") >= 300
    assert count(shop, "catalogue_category WHERE depth > 1") >= 12
    assert count(shop, "reviews_productreview WHERE status = 1") >= 300
    assert count(shop, "reviews_productreview WHERE status = 0") >= 3
    assert count(shop, "order_order") >= 60
    assert count(shop, f"{customers} WHERE u.email = 'emma.lopez@gmail.com'") >= 15
    other_years = "order_order WHERE substr(date_placed, 1, 4) NOT IN ('2022', '2023')"
    assert count(shop, other_years) == 0


def test_no_two_prices_of_a_shelf_are_so_near_that_an_evaluator_takes_one_for_the_other(
    shop: Replica,
) -> None:
    near = (
        "catalogue_productcategory a JOIN catalogue_productcategory b"
        " ON a.category_id = b.category_id AND a.product_id < b.product_id"
        " JOIN partner_stockrecord s ON s.product_id = a.product_id"
        " JOIN partner_stockrecord t ON t.product_id = b.product_id"
        " WHERE ABS(s.price - t.price) < 0.25"
    )
    assert count(shop, near) == 0


def test_a_seeding_somewhere_else_gives_the_same_logical_content(tmp_path: Path) -> None:
    folder = tmp_path / "again"
    folder.mkdir()
    warden = Warden()
    warden.start()
    try:
        fill(SHOP, folder, log=tmp_path / "log", warden=warden)
    finally:
        warden.stop()
    assert described(SHOP, folder)["logical"] == manifest(SHOP)["logical"]


def test_reading_pages_changes_nothing_that_counts(
    shop: Replica, customer: Visitor, staff: Visitor
) -> None:
    for visitor, pages in ((customer, CUSTOMER_PAGES), (staff, STAFF_PAGES)):
        for page in pages:
            visitor.get(page)
    assert shop.changed() == {}
    assert shop.hash() == shop.seed_hash()


def test_a_page_reads_the_same_in_another_replica(shop: Replica) -> None:
    with Replica(applications=[SHOP]).start() as other:
        for site, pages in (("shopping", CUSTOMER_PAGES), ("shopping_admin", STAFF_PAGES)):
            here, there = Visitor(shop, site), Visitor(other, site)
            for page in pages:
                assert words(here.get(page)) == words(there.get(page)), page


def words(page: str) -> str:
    """Return what a page says, without scripts, tags and the tokens in its forms."""
    text = re.sub(r"<(script|style).*?</\1>", " ", page, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_customer_and_staff_are_apart_though_browsers_send_both_their_cookies(
    shop: Replica,
) -> None:
    names = [one["name"] for one in shop.storage_state(["shopping", "shopping_admin"])["cookies"]]
    assert len(names) == len(set(names)) == 2
    assert "emma.lopez@gmail.com" in Visitor(shop, "shopping").get("/accounts/profile/")
    assert "admin@example.com" in Visitor(shop, "shopping_admin").get("/accounts/profile/")


def test_buying_works_by_forms_alone_and_is_undone_by_a_reset(
    shop: Replica, customer: Visitor
) -> None:
    buy(customer)
    placed = "order_order WHERE number = '100077' AND shipping_code = 'express'"
    assert count(shop, placed) == 1
    assert "order_order" in shop.changed()["shopping"]
    shop.reset()
    assert count(shop, placed) == 0
    assert shop.hash() == shop.seed_hash()
    buy(customer)
    assert count(shop, placed) == 1


def test_the_same_path_on_two_replicas_ends_in_the_same_state(
    shop: Replica, customer: Visitor
) -> None:
    buy(customer)
    with Replica(applications=[SHOP]).start() as other:
        buy(Visitor(other, "shopping"))
        assert shop.hash() == other.hash()


def buy(customer: Visitor) -> None:
    """Have the chess set sent to Denver by express."""
    customer.get(CHESS)
    customer.post("/basket/add/262/", quantity="1")
    customer.get("/checkout/shipping-address/")
    customer.post("/checkout/shipping-address/", action="ship_to", address_id="2")
    customer.post("/checkout/shipping-method/", method_code="express")
    customer.get("/checkout/preview/")
    assert "Order 100077: confirmation" in customer.post("/checkout/preview/", action="place_order")


def test_the_search_index_is_put_back_with_the_data(
    shop: Replica, customer: Visitor, staff: Visitor
) -> None:
    index = shop.folder / "shop" / "whoosh"
    before = sorted(one.name for one in index.iterdir())
    found = customer.get("/search/?q=wireless+mouse")
    staff.get("/dashboard/reviews/455/")
    staff.post(
        "/dashboard/reviews/455/", title="Excellent", body="Comfortable.", score="5", status="1"
    )
    assert sorted(one.name for one in index.iterdir()) != before
    assert "Clickwell Wireless Mouse" in customer.get("/search/?q=wireless+mouse")
    shop.reset()
    assert sorted(one.name for one in index.iterdir()) == before
    assert words(customer.get("/search/?q=wireless+mouse")) == words(found)


def test_snapshots_hold_baskets_and_are_put_back_in_any_order(
    shop: Replica, customer: Visitor
) -> None:
    states = []
    for _ in range(3):
        states.append((shop.take(), shop.hash(), words(customer.get("/basket/"))))
        customer.get(CHESS)
        customer.post("/basket/add/262/", quantity="1")
    for name, wanted, text in (states[2], states[0], states[1]):
        shop.put_back(name)
        assert shop.hash() == wanted
        assert words(customer.get("/basket/")) == text


def test_a_login_that_expired_is_noticed_and_rebuilt(shop: Replica) -> None:
    shop.check()
    with closing(sqlite3.connect(shop.data("shopping"))) as database, database:
        database.execute("DELETE FROM django_session")
    with pytest.raises(SiteDown, match="still logged in"):
        shop.check()
    shop.rebuild()
    shop.check()


def test_the_shop_is_small_and_listens_on_the_loopback_address_alone(
    shop: Replica, customer: Visitor
) -> None:
    for page in CUSTOMER_PAGES:
        customer.get(page)
    (pid,) = shop.pids
    assert resident(pid) <= 130e6
    assert {address for address, _ in listening(pid)} == {"127.0.0.1"}


@dataclass
class Front:
    """The tab in front, as far as the judge looks at it."""

    url: str

    def evaluate(self, expression: str) -> str:
        assert expression == "location.href"
        return self.url


def judged(shop: Replica, database: Mapping[str, Any], path: str = "/") -> bool:
    ending = Ending(
        page=cast(Any, Front(shop.urls["shopping"] + path)),
        answer="",
        response=TypedResponse(task_type="MUTATE"),
        har=None,
        sites=shop.urls,
    )
    return DatabaseJudge(shop)({"database": {"site": "shopping", **database}}, ending).passed


def test_the_database_judge_tells_one_from_one_too_many(shop: Replica, customer: Visitor) -> None:
    wanted = {
        "expect": [
            {
                "sql": "SELECT product_id, quantity FROM basket_line l JOIN basket_basket b"
                " ON b.id = l.basket_id WHERE b.status = 'Open'",
                "rows": [[262, 1]],
            }
        ],
        "changes": {"shopping": {"basket_line": [1, 0]}},
    }
    assert not judged(shop, wanted)
    customer.get(CHESS)
    customer.post("/basket/add/262/", quantity="1")
    assert judged(shop, wanted)
    assert not judged(shop, {**wanted, "changes": {}})
    customer.post("/basket/add/262/", quantity="1")
    assert not judged(shop, wanted)


def test_the_database_judge_knows_the_address_of_an_order(shop: Replica) -> None:
    asked = {"url": {"sql": "SELECT '/accounts/orders/' || number || '/' FROM order_order LIMIT 1"}}
    assert judged(shop, asked, path="/accounts/orders/100001/")
    assert not judged(shop, asked, path="/accounts/orders/100002/")
