"""The applications of the local suite."""

from __future__ import annotations

from env.localweb.application import Application
from env.localweb.forum import FORUM
from env.localweb.shop import SHOP
from env.localweb.tracker.program import TRACKER
from env.localweb.wiki.program import WIKI

__all__ = ["APPLICATIONS"]

APPLICATIONS: tuple[Application, ...] = (SHOP, FORUM, TRACKER, WIKI)
