"""What a window's rules say of a request that its proxy has read, and who takes it down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from env.guard.effects import Witness
from env.guard.heads import Request
from env.guard.network import Layer, NetworkPolicy
from env.guard.requests import RequestRules, Verdict

__all__ = ["Inspection"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """Decides on the requests that may come to a host at all."""

    policy: NetworkPolicy
    """Tells whether a hook sees what the proxy cannot."""
    rules: RequestRules | None
    """Those that may be sent; ``None`` is all, and nothing is taken down."""
    witness: Witness | None
    """Takes down each request that is no read."""

    def wants_body(self, request: Request) -> bool:
        """Return whether the body of a request decides on it."""
        return self.rules is not None and self.rules.wants_body(request.method, request.url)

    def refused(self, request: Request) -> bool:
        """Return whether a request is held back, and take that down."""
        if self.rules is None or self._seen_inside(self.rules, request):
            return False
        asked = (request.method, request.url, request.headers, request.body)
        if self.rules.verdict(*asked) is Verdict.ALLOWED:
            return False
        self.taken_down(request)
        return True

    def taken_down(self, request: Request) -> Callable[[int], None]:
        """Return who is to be told the status of the answer."""
        rules = self.rules
        if rules is None or self.witness is None or self._seen_inside(rules, request):
            return _nobody
        asked = (request.method, request.url, request.headers, request.body)
        return self.witness.saw(rules, "proxy", *asked) or _nobody

    def _seen_inside(self, rules: RequestRules, request: Request) -> bool:
        """Return whether a request asks for a tunnel whose inside the hook sees."""
        if Layer.HOOK not in self.policy.layers:
            return False
        return request.tunnel and rules.tunnelled(request.place)


def _nobody(status: int) -> None:
    """Take no notice of an answer."""
