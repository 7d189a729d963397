"""Which requests read and which would change something, decided without a browser."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from env.guard.network import NetworkPolicy
from env.guard.requests import READING, RequestRules, SiteRequests, Verdict, place_of
from env.guard.sites import LOCAL, OFFICIAL, site_requests
from webpilot.errors import ConfigError

SHOP = "http://127.0.0.1:8001"
TRACKER = "http://127.0.0.1:8003"
URLS = {
    "shopping": SHOP,
    "shopping_admin": f"{SHOP}/dashboard",
    "reddit": "http://127.0.0.1:8002",
    "gitlab": TRACKER,
    "wikipedia": "http://127.0.0.1:8004",
}
RULES = RequestRules(sites=site_requests(URLS))
ANYTHING = RequestRules(methods=None, sites=RULES.sites)

SAFE = ("/user/login/", "/dashboard/login/")
"""Paths that are drawn below and may be posted to."""
METHODS = st.sampled_from(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "FROB"])
PATHS = st.text(st.sampled_from("abz/.%25;\\~_-2fFeE"), max_size=30).map(lambda text: "/" + text)
QUERIES = st.text(st.sampled_from("abc=&%5fx_methodcsrf"), max_size=20)


def allowed(method: str, url: str, rules: RequestRules = RULES, **headers: str) -> bool:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return rules.verdict(method, url, named) is Verdict.ALLOWED


@pytest.mark.parametrize(
    "url",
    [
        f"{SHOP}/",
        f"{SHOP}/search/?q=basket",
        f"{SHOP}/catalogue/logout-lamp_3/",
        f"{SHOP}/basket/",
        f"{SHOP}/accounts/wishlists/",
        f"{SHOP}/accounts/addresses/3/delete/",
        f"{TRACKER}/tktview?name=abc",
        f"{TRACKER}/timeline?u=admin&y=t",
        f"{TRACKER}/login?g=timeline",
        f"{URLS['reddit']}/user/login/?next=/user/logout/",
        f"{URLS['wikipedia']}/search?pattern=csrf%3D",
        "http://elsewhere.test/logout",
    ],
)
def test_looking_is_allowed(url: str) -> None:
    assert allowed("GET", url)
    assert allowed("HEAD", url)


@pytest.mark.parametrize(
    "url",
    [
        f"{SHOP}/accounts/logout/",
        f"{SHOP}/accounts/logout",
        f"{SHOP}/accounts/logout/?next=/",
        f"{SHOP}/Accounts/LOGOUT/",
        f"{SHOP}//accounts//logout/",
        f"{SHOP}/accounts/./logout/",
        f"{SHOP}/catalogue/../accounts/logout/",
        f"{SHOP}/accounts/%6cogout/",
        f"{SHOP}/accounts/%256cogout/",
        f"{SHOP}/accounts%2flogout/",
        f"{SHOP}/accounts\\logout/",
        f"{SHOP}/accounts/logout;x=1/",
        f"{SHOP}/accounts/logout/#top",
        f"{SHOP}/accounts/wishlists/add/7/",
        f"{SHOP}/accounts/wishlists/ABC/add/7/",
        f"{SHOP}/accounts/wishlists/ABC/lines/1/move-to/DEF/",
        f"{SHOP}/accounts/addresses/3/default_for_billing/",
        f"{SHOP}/accounts/alerts/cancel/3/",
        f"{SHOP}/dashboard/partners/1/users/2/link/",
        f"{SHOP}/basket/add/7/",
        f"{TRACKER}/tktnew?title=x&csrf=C5A6&submit=Submit",
        f"{TRACKER}/tktnew?title=x&%63srf=C5A6&submit=Submit",
        f"{TRACKER}/login?out=Logout",
        f"{URLS['reddit']}/user/unsubscribe/3/abc/",
        f"{SHOP}/search/?_method=delete",
    ],
)
def test_an_address_that_changes_something_is_not_even_read(url: str) -> None:
    assert not allowed("GET", url)
    assert not allowed("HEAD", url)
    assert allowed("GET", url, ANYTHING)
    assert not ANYTHING.reads("GET", url)  # so it is taken down


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "post", "FROB"])
@pytest.mark.parametrize("url", [f"{SHOP}/basket/add/7/", f"{SHOP}/", "http://elsewhere.test/"])
def test_every_other_method_is_refused(method: str, url: str) -> None:
    assert not allowed(method, url)
    assert allowed(method, url, ANYTHING)


def test_the_safe_list_lets_a_login_through_and_nothing_beside_it() -> None:
    forum = URLS["reddit"]
    assert allowed("POST", f"{forum}/user/login/?next=/")
    assert allowed("POST", f"{SHOP}/dashboard/login/")
    for url in (
        f"{forum}/user/login/../logout/",
        f"{forum}/user/login/%2e%2e/logout/",
        f"{forum}//user/login/",
        f"{forum}/x/user/login/",
        f"{forum}/user/login/x",
        f"{forum}/topic/publish/?/user/login/",
        f"{SHOP}/user/login/",
        f"{SHOP}/accounts/login/",
        f"{TRACKER}/login",
    ):
        assert not allowed("POST", url)
    assert not allowed("PUT", f"{forum}/user/login/")


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "x-http-method", "X-Method-Override"])
def test_a_read_that_asks_to_be_taken_for_a_write_is_one(name: str) -> None:
    assert RULES.verdict("GET", SHOP, {name: "delete"}) is Verdict.WOULD_MUTATE
    assert RULES.verdict("GET", SHOP, {name: "HEAD"}) is Verdict.ALLOWED
    assert RULES.verdict("POST", SHOP, {name: "GET"}) is Verdict.WOULD_MUTATE
    login = f"{URLS['reddit']}/user/login/"
    assert RULES.verdict("POST", login, {name: "DELETE"}) is Verdict.WOULD_MUTATE


GITLAB = "http://127.0.0.1:8023"
ASKING = RequestRules(sites=site_requests({"gitlab": GITLAB}, OFFICIAL))


def sending(body: bytes | None, url: str = f"{GITLAB}/api/graphql", method: str = "POST") -> bool:
    return ASKING.verdict(method, url, {}, body) is Verdict.ALLOWED


@pytest.mark.parametrize(
    "body",
    [
        b'{"operationName": "a", "query": "query a { project { name } }", "variables": {}}',
        b'{"query": "{ project { name } }"}',
        b'[{"query": "query a { x }"}, {"query": "fragment f on T { y } query b { x }"}]',
    ],
)
def test_graphql_that_only_asks_is_a_read(body: bytes) -> None:
    assert sending(body)
    anything = RequestRules(methods=None, sites=ASKING.sites)
    assert not anything.writes("POST", f"{GITLAB}/api/graphql", {}, body)
    assert anything.writes("POST", f"{GITLAB}/api/graphql", {}, b"")


@pytest.mark.parametrize(
    "body",
    [
        None,
        b"",
        b"[]",
        b"{}",
        b"null",
        b"query=query+a",
        b'{"query": "mutation m { close }"}',
        b'{"query": "\\u006dutation m { close }"}',
        b'{"query": "query a { x } mutation m { close }"}',
        b'[{"query": "query a { x }"}, {"query": "mutation m { close }"}]',
        b'[{"query": "query a { x }"}, 7]',
        b'{"query": ["mutation m { close }"]}',
        b'{"id": "7a8b", "variables": {}}',
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_graphql_that_may_write_is_refused(body: bytes | None) -> None:
    assert not sending(body)


def test_graphql_is_read_at_its_own_address_alone() -> None:
    body = b'{"query": "{ x }"}'
    for url in (
        f"{GITLAB}/api/graphql?query=mutation",
        f"{GITLAB}/api/v4/x",
        f"{SHOP}/api/graphql",
    ):
        assert not sending(body, url)
    assert not sending(body, method="PUT")
    assert not ASKING.wants_body("GET", f"{GITLAB}/api/graphql")


def test_a_site_is_named_by_the_longest_beginning_of_its_address() -> None:
    assert RULES.site(f"{SHOP}/basket/") == "shopping"
    assert RULES.site(f"{SHOP}/dashboard/catalogue/") == "shopping_admin"
    assert RULES.site(f"{SHOP}/dashboards/") == "shopping"
    assert RULES.site("http://elsewhere.test/a") == "elsewhere.test:80"


def test_a_window_may_be_given_single_methods() -> None:
    rules = RequestRules(methods=READING | {"POST"}, sites=RULES.sites)
    assert allowed("POST", f"{SHOP}/basket/add/7/", rules)
    assert not allowed("DELETE", f"{SHOP}/", rules)
    assert not allowed("GET", f"{SHOP}/accounts/logout/", rules)


def test_what_is_written_is_what_is_let_through_and_no_read() -> None:
    login = f"{URLS['reddit']}/user/login/"
    assert not RULES.writes("POST", f"{SHOP}/basket/add/7/")  # refused
    assert not RULES.writes("POST", login)
    assert ANYTHING.writes("POST", login)  # putting the server back would undo it
    assert ANYTHING.writes("GET", f"{SHOP}/accounts/logout/")
    assert not ANYTHING.writes("GET", f"{SHOP}/")


@pytest.mark.parametrize(
    ("site", "message"),
    [
        ({"url": "127.0.0.1:80"}, "no http"),
        ({"url": SHOP, "safe": (("POST", "("),)}, "no pattern"),
        ({"url": SHOP, "changing": (("/a", "["),)}, "no pattern"),
    ],
)
def test_a_wrong_list_is_refused_at_once(site: dict[str, object], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        SiteRequests(name="shop", **site)  # type: ignore[arg-type]


def test_every_list_that_ships_is_one() -> None:
    for known in (LOCAL, OFFICIAL):
        urls = dict.fromkeys(known, "http://127.0.0.1:1")
        assert len(site_requests(urls, known)) == len(known)


@given(METHODS, PATHS, QUERIES)
def test_reading_rights_let_only_reads_and_the_safe_list_through(
    method: str, path: str, query: str
) -> None:
    for url in URLS.values():
        address = f"{place(url)}{path}?{query}"
        if allowed(method, address):
            assert RULES.reads(method, address)
            assert not RULES.writes(method, address)
            assert method in READING or (method == "POST" and path in SAFE)
        assert allowed(method, address, ANYTHING)


@given(st.sampled_from(["/accounts/logout/", "/accounts/wishlists/add/7/"]), st.data())
def test_no_way_of_writing_a_changing_address_hides_it(path: str, data: st.DataObject) -> None:
    written = []
    for letter in path:
        how = data.draw(st.sampled_from(["as it is", "once", "twice"]))
        escaped = f"%{ord(letter):02x}"
        written.append(
            letter if how == "as it is" else escaped if how == "once" else quote(escaped)
        )
    assert not allowed("GET", SHOP + "/" + "".join(written).removeprefix("/"))


@given(st.text(max_size=60), METHODS)
def test_no_address_makes_the_decision_fail(text: str, method: str) -> None:
    for url in (text, f"http://{text}", f"{SHOP}/{text}", f"{SHOP}?{text}"):
        assert RULES.verdict(method, url) in Verdict
        assert RULES.site(url) in (*URLS, place_of(url))


@given(st.sampled_from([*URLS.values(), "http://evil.test:8001", "https://127.0.0.1"]), PATHS)
def test_the_place_of_an_address_is_the_one_the_network_policy_judges(url: str, path: str) -> None:
    address = place(url) + path
    policy = NetworkPolicy(hosts=(place_of(address),))
    assert policy.refusal(address, top=False) is None


def place(url: str) -> str:
    return "/".join(url.split("/")[:3])
