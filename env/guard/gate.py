"""What guards one browser and the browsers that replace it: policy, proxy, log."""

from __future__ import annotations

from typing import Any

from env.guard.log import GuardLog
from env.guard.network import Layer, NetworkPolicy
from env.guard.proxy import Exchange, ForwardProxy
from env.guard.rules import WindowRules
from env.guard.watch import WindowGuard

__all__ = ["Gate"]


class Gate:
    """The guards of one browser thread; the proxy runs from the first launch to the closing."""

    def __init__(self, policy: NetworkPolicy | None = None) -> None:
        """Make ready, start nothing.

        Args:
            policy: the hosts that may be reached; ``None`` guards no network.
        """
        self.policy = policy
        self.log = GuardLog()
        self._proxy: ForwardProxy | None = None

    def _layer(self, layer: Layer) -> bool:
        return self.policy is not None and layer in self.policy.layers

    def arguments(self) -> tuple[str, ...]:
        """Return the flags to start a browser with, the proxy they name running."""
        if self.policy is None:
            return ()
        if self._proxy is None and self._layer(Layer.PROXY):
            self._proxy = ForwardProxy(self.policy, self.log).start()
        return self.policy.arguments(None if self._proxy is None else self._proxy.port)

    def context_options(self, rules: WindowRules) -> dict[str, Any]:
        """Return options of Playwright's ``new_context`` for a window with these rules."""
        unwatched = self._layer(Layer.WORKERS) or rules.methods is not None
        workers = {"service_workers": "block"} if unwatched else {}
        # What is downloaded lands on the disk without any limit.
        return {"accept_downloads": False, **workers}

    def window(self, rules: WindowRules) -> WindowGuard:
        """Return the guard of a new window."""
        return WindowGuard(rules, self.policy, self.log)

    @property
    def traffic(self) -> tuple[Exchange, ...]:
        """What went through the proxy, the last thousand connections."""
        return () if self._proxy is None else self._proxy.traffic

    def close(self) -> None:
        """Stop the proxy; closing twice is harmless."""
        if self._proxy is not None:
            self._proxy.close()
