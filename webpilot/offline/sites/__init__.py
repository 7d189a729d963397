"""The offline policy on sites of several pages: shops, dashboards, forums, trackers, wikis.

A goal is read into an errand (what kind of task, about what, asking for or setting what); a page
is read into items, records, pairs and forms; ways, deeds and answers join the two.
"""

from __future__ import annotations

from webpilot.offline.sites.roles import site_roles

__all__ = ["site_roles"]
