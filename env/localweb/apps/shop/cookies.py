"""Cookies of two sites of one host, kept apart: browsers do not look at the port."""

__all__ = ["CookiesApart"]

SHARED = "csrftoken"
"""Scripts of the pages read it by its name, and it is no site's identity."""


class CookiesApart:
    """A WSGI application whose cookies carry a prefix that depends on the port.

    The application sees them without it, and sees no other site's.
    """

    def __init__(self, application, prefixes):
        self.application = application
        self.prefixes = prefixes

    def __call__(self, environ, start_response):
        """Answer one request."""
        prefix = self.prefixes[environ["SERVER_PORT"]]
        environ["HTTP_COOKIE"] = "; ".join(own(environ.get("HTTP_COOKIE", ""), prefix))

        def start(status, headers, *more):
            return start_response(status, [marked(pair, prefix) for pair in headers], *more)

        return self.application(environ, start)


def own(header, prefix):
    """Yield the cookies of one site, as the application knows them."""
    for pair in header.split(";"):
        name = pair.strip()
        if name.startswith(prefix):
            yield name[len(prefix) :]
        elif name.startswith(SHARED + "="):
            yield name


def marked(pair, prefix):
    """Return a header; a cookie that is set gets its prefix."""
    name, value = pair
    # Django leaves a blank before the name.
    if name.lower() == "set-cookie" and not value.lstrip().startswith(SHARED + "="):
        return name, prefix + value.lstrip()
    return pair
