"""A customer or a member of staff who fills in the shop's forms, without a browser."""

from __future__ import annotations

import re
import urllib.parse
import urllib.request
from http.cookiejar import Cookie, CookieJar

from env.localweb.replica import Replica

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


class Visitor:
    """Logged in by the cookies of the seed."""

    def __init__(self, replica: Replica, site: str) -> None:
        self.root = replica.urls[site].removesuffix("/dashboard")
        self._jar = CookieJar()
        for one in replica.storage_state([site])["cookies"]:
            self._jar.set_cookie(cookie(one["name"], one["value"]))
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._jar))
        self._token = ""

    def get(self, path: str) -> str:
        """Return the text of a page; whatever it is led to."""
        with self._opener.open(self.root + path, timeout=30) as answer:
            text: str = answer.read().decode()
        token = TOKEN.search(text)
        self._token = token[1] if token else self._token
        return text

    def post(self, path: str, **fields: str) -> str:
        """Return what comes of sending a form; a page that has one was read before."""
        form = {"csrfmiddlewaretoken": self._token, **fields}
        body = urllib.parse.urlencode(form).encode()
        with self._opener.open(self.root + path, body, timeout=30) as answer:
            text: str = answer.read().decode()
        return text


def cookie(name: str, value: str) -> Cookie:
    """Return a cookie of the loopback address."""
    return Cookie(
        version=0,
        name=name,
        value=value,
        port=None,
        port_specified=False,
        domain="127.0.0.1",
        domain_specified=False,
        domain_initial_dot=False,
        path="/",
        path_specified=True,
        secure=False,
        expires=None,
        discard=True,
        comment=None,
        comment_url=None,
        rest={},
    )
