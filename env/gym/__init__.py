"""BrowserGym's environment on our warm browser, for clients that know BrowserGym."""

from __future__ import annotations

from env.gym.fast import FastBrowserEnv
from env.gym.making import make, substituted
from env.gym.warm import close_browser

__all__ = ["FastBrowserEnv", "close_browser", "make", "substituted"]
