"""No secret is left in the requests that are kept, and everything is that a task is judged by."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from env.sites.scrubbing import KEPT_COOKIES, scrubbed
from env.sites.secret_names import REDACTED, is_login, is_secret
from env.verified.sample_requests import entry, har, page, post
from webpilot.errors import ConfigError

CANARY = "canary-5f1c"
SHOP = "http://127.0.0.1:40001"
MULTIPART = "multipart/form-data; boundary=----x"


def text(data: Any) -> str:
    """Return data as it would be written."""
    return json.dumps(data, ensure_ascii=False)


def parts(**fields: str) -> str:
    shown = "".join(
        f'------x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    )
    return f"{shown}------x--\r\n"


PLACES: dict[str, dict[str, Any]] = {
    "a request's cookie": page(f"{SHOP}/", cookies={"sessionid": CANARY}),
    "a response's cookie": page(
        f"{SHOP}/",
        answer_headers={"Set-Cookie": f"sessionid={CANARY}; Path=/"},
        answer_cookies={"sessionid": CANARY},
    ),
    "a cookie beside one that is kept": page(
        f"{SHOP}/", cookies={"mage-messages": "added", "PHPSESSID": CANARY}
    ),
    "the authorization": entry("GET", SHOP, headers={"Authorization": f"Bearer {CANARY}"}),
    "a proxy's authorization": entry("GET", SHOP, headers={"Proxy-Authorization": CANARY}),
    "an automatic login": entry("GET", SHOP, headers={"X-M2-Admin-Auto-Login-User": CANARY}),
    "a header nobody knows": entry("GET", SHOP, headers={"X-Whatever": CANARY}),
    "a response's header": page(SHOP, answer_headers={"X-Token-Renewed": CANARY}),
    "a password": post(f"{SHOP}/account", {"name": "Ada", "new_password1": CANARY}),
    "a form's token": post(f"{SHOP}/basket", {"csrfmiddlewaretoken": CANARY, "quantity": "2"}),
    "a login with fields of one letter": post(f"{SHOP}/login", {"u": "ada", "p": CANARY}),
    "a login as JSON": entry(
        "POST", f"{SHOP}/api/login", body=("application/json", text({"p": [CANARY]}))
    ),
    "a password in JSON": entry(
        "POST", f"{SHOP}/api", body=("application/json", text({"user": {"userPassword": CANARY}}))
    ),
    "a password in parts": entry(
        "POST", f"{SHOP}/api", body=(MULTIPART, parts(title="Hi", password=CANARY))
    ),
    "a body of another kind": entry("POST", f"{SHOP}/api", body=("text/plain", CANARY)),
    "JSON that is none": entry("POST", f"{SHOP}/api", body=("application/json", f"{{{CANARY}")),
    "an address's parameter": page(f"{SHOP}/reset?private_token={CANARY}&page=2"),
    "an address's fragment": page(f"{SHOP}/#access_token={CANARY}&state=1"),
    "an address's user": page(f"http://ada:{CANARY}@127.0.0.1:40001/"),
    "the referer": page(f"{SHOP}/", cookies={}) | {},
    "where a redirect leads": page(SHOP, 302, to=f"{SHOP}/?auth={CANARY}"),
    "the location": page(SHOP, 302, answer_headers={"Location": f"{SHOP}/?auth={CANARY}"}),
    "the page itself": page(SHOP, answer=("text/html", f"<p>Your key is {CANARY}")),
    "JSON that was answered": page(
        SHOP, answer=("application/json", text({"data": [{"session_key": CANARY}]}))
    ),
    "what nobody thought of": page(SHOP) | {"_webSocketMessages": [{"data": CANARY}]},
}
PLACES["the referer"]["request"]["headers"].append(
    {"name": "Referer", "value": f"{SHOP}/?token={CANARY}"}
)


@pytest.mark.parametrize("place", PLACES)
def test_no_secret_is_left_in(place: str) -> None:
    assert CANARY in text(PLACES[place])
    clean = scrubbed(har(PLACES[place]))
    assert CANARY not in text(clean)
    assert len(clean["log"]["entries"]) == 1


def test_what_stands_beside_a_secret_is_kept_as_it_was() -> None:
    assert body_of("a form's token") == f"csrfmiddlewaretoken={REDACTED}&quantity=2"
    assert body_of("a password") == f"name=Ada&new_password1={REDACTED}"
    assert body_of("a password in parts") == parts(title="Hi", password=REDACTED)
    assert json.loads(body_of("a password in JSON")) == {"user": {"userPassword": REDACTED}}
    clean = scrubbed(har(PLACES["an address's parameter"]))["log"]["entries"][0]["request"]
    assert clean["url"] == f"{SHOP}/reset?private_token={REDACTED}&page=2"


def test_what_is_judged_by_stays_as_it_was() -> None:
    form = "qty=2&product%5Bname%5D=Caf%C3%A9+au+lait&note="
    before = entry(
        "POST",
        f"{SHOP}/cart/add?sku=AB%2F1&sku=2",
        status=302,
        headers={"Referer": f"{SHOP}/item", "Accept": "text/html", "Sec-Fetch-Mode": "navigate"},
        body=("application/x-www-form-urlencoded", form),
        to=f"{SHOP}/cart?added=1",
        answer=("application/json", '{"star_count":  56}'),
    )
    after = scrubbed(har(before))["log"]["entries"][0]
    for name in ("method", "url", "headers", "postData", "queryString"):
        assert after["request"][name] == before["request"][name]
    assert after["response"]["content"]["text"] == '{"star_count":  56}'
    for name in ("status", "redirectURL"):
        assert after["response"][name] == before["response"][name]


@pytest.mark.parametrize("name", KEPT_COOKIES)
def test_a_cookie_that_a_task_is_judged_by_is_kept(name: str) -> None:
    both = {name: "told%20you", "sid": CANARY}
    (after,) = scrubbed(har(page(SHOP, cookies=both, answer_cookies=both)))["log"]["entries"]
    assert after["response"]["cookies"] == [{"name": name, "value": "told%20you"}]
    sent = {one["name"]: one["value"] for one in after["request"]["headers"]}
    assert sent["Cookie"] == f"{name}=told%20you"


def test_the_pages_own_text_is_dropped_with_its_weight() -> None:
    heavy = har(page(SHOP, answer=("text/html", "x" * 100_000)))
    assert len(text(scrubbed(heavy))) < 2_000


def test_scrubbing_again_changes_nothing() -> None:
    once = scrubbed(har(*PLACES.values()))
    assert scrubbed(once) == once


@pytest.mark.parametrize("secret", ['key "one"/two', "plain-secret", "ünïcode secret"])
def test_a_secret_that_is_named_stands_nowhere_however_it_is_written(secret: str) -> None:
    sent = har(
        page(f"{SHOP}/search?q={quote(secret)}"),
        post(f"{SHOP}/notes", {"title": secret}),
        entry("POST", f"{SHOP}/api", body=("application/json", json.dumps({"say": secret}))),
    )
    clean = text(scrubbed(sent, secrets=[secret]))
    for written in (secret, quote(secret), quote(secret, safe=""), json.dumps(secret)[1:-1]):
        assert written not in clean
    assert clean.count(REDACTED) >= 3


def test_a_short_secret_is_not_looked_for() -> None:
    assert "q=pen" in text(scrubbed(har(page(f"{SHOP}/?q=pen")), secrets=["pen"]))


@pytest.mark.parametrize(
    "data", [{}, {"log": {}}, {"log": {"entries": None}}, {"log": []}, {"log": {"entries": [{}]}}]
)
def test_what_is_no_har_file_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="HAR file"):
        scrubbed(data)


@pytest.mark.parametrize(
    "name",
    ["password", "newPassword", "user[password]", "authenticity_token", "csrf", "api_key", "pass",
     "X-Auth-Token", "client_secret", "form_key", "sessionid", "authToken", "otp"],
)  # fmt: skip
def test_a_name_that_is_secret_is_known(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    ["author_name", "author", "key", "passenger", "quantity", "namespace", "compass", "spinner",
     "access_level", "keyword", "product[sku]", "sessions_per_day", "options"],
)  # fmt: skip
def test_a_harmless_name_is_not_taken_for_a_secret(name: str) -> None:
    assert not is_secret(name)


def test_a_login_is_known_by_where_it_is_sent() -> None:
    assert is_login("POST", "/users/sign_in")
    assert is_login("POST", "/user/login/")
    assert not is_login("GET", "/login")
    assert not is_login("POST", "/blogin/authors")


def body_of(place: str) -> str:
    (after,) = scrubbed(har(PLACES[place]))["log"]["entries"]
    return str(after["request"]["postData"]["text"])
