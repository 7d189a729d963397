"""Pages that show a run: one report, and a page with the search trees of every episode.

Each page is one file that opens from disk, asks the network for nothing and needs no JavaScript.
Texts from web pages are escaped, and a content security policy forbids everything but pictures and
styles that the file itself holds.
"""

from __future__ import annotations

from webpilot.report.writer import open_report, write_report, write_tree_page

__all__ = ["open_report", "write_report", "write_tree_page"]
