"""What guards one browser and the browsers that replace it: policy, proxy, log."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from env.guard.effects import Witness
from env.guard.log import GuardLog
from env.guard.network import LOOPBACK, Layer, NetworkPolicy
from env.guard.proxy import Exchange, ForwardProxy
from env.guard.rules import WindowRules
from env.guard.watch import WindowGuard
from webpilot.errors import ConfigError

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
        self._windows: list[ForwardProxy] = []
        """The proxies of windows that have one of their own, as far as they may be open."""

    def _layer(self, layer: Layer) -> bool:
        return self.policy is not None and layer in self.policy.layers

    def arguments(self) -> tuple[str, ...]:
        """Return the flags to start a browser with, the proxy they name running."""
        if self.policy is None:
            return ()
        if self._proxy is None and self._layer(Layer.PROXY):
            self._proxy = ForwardProxy(self.policy, self.log).start()
        return self.policy.arguments(None if self._proxy is None else self._proxy.port)

    def context_options(self, guard: WindowGuard) -> dict[str, Any]:
        """Return options of Playwright's ``new_context`` for a window under this guard."""
        unwatched = self._layer(Layer.WORKERS) or guard.ruled
        workers = {"service_workers": "block"} if unwatched else {}
        server = "" if guard.proxy is None else f"http://{LOOPBACK}:{guard.proxy.port}"
        proxy = {"proxy": {"server": server}} if server else {}
        # What is downloaded lands on the disk without any limit.
        return {"accept_downloads": False, **workers, **proxy}

    def window(self, rules: WindowRules, witness: Witness | None = None) -> WindowGuard:
        """Return the guard of a new window, its own proxy running where its rules need one.

        Args:
            rules: what the window may do.
            witness: takes down each request that is no read.

        Raises:
            ConfigError: its hosts are not among the browser's, or the browser's are not listed.
        """
        policy = self._narrowed(rules)
        if policy is None or not (rules.apart and self._layer(Layer.PROXY)):
            return WindowGuard(rules, policy, self.log, witness=witness)
        proxy = ForwardProxy(policy, self.log, requests=rules.requests, witness=witness).start()
        self._windows = [each for each in self._windows if not each.closed] + [proxy]
        return WindowGuard(rules, policy, self.log, proxy=proxy, witness=witness)

    def _narrowed(self, rules: WindowRules) -> NetworkPolicy | None:
        """Return the hosts a window may reach."""
        if not rules.apart:
            return self.policy
        if self.policy is None:
            raise ConfigError("a window with rules for requests needs a NetworkPolicy: list hosts")
        if rules.hosts is None:
            return self.policy
        for host in rules.hosts:
            if host not in self.policy.hosts:
                raise ConfigError(f"a window may not reach {host}: its browser's policy lacks it")
        return replace(self.policy, hosts=rules.hosts)

    @property
    def traffic(self) -> tuple[Exchange, ...]:
        """What went through the proxy, the last thousand connections."""
        return () if self._proxy is None else self._proxy.traffic

    def close(self) -> None:
        """Stop the proxies; closing twice is harmless."""
        for proxy in self._windows:
            proxy.close()
        if self._proxy is not None:
            self._proxy.close()
