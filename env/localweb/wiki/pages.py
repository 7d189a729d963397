"""The encyclopedia as a folder of HTML pages: articles, lists, categories and the front page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from env.localweb.wiki.articles import Article

__all__ = ["FRONT", "NAME", "file_name", "write"]

NAME = "Encyclopedia of Aldermark"
FRONT = "index.html"
STYLE = """
body { font-family: sans-serif; max-width: 60em; margin: 1em auto; padding: 0 1em; }
table.infobox { float: right; margin: 0 0 1em 1em; border: 1px solid #a2a9b1; background: #f8f9fa; }
table.infobox caption { font-weight: bold; padding: 0.4em; }
table.wide { border-collapse: collapse; }
table.wide td, table.wide th { border: 1px solid #a2a9b1; padding: 0.2em 0.6em; }
th { text-align: left; vertical-align: top; padding: 0.1em 0.5em; }
footer { clear: both; border-top: 1px solid #a2a9b1; margin-top: 2em; padding-top: 0.5em; }
"""
LINK = re.compile(r"\[\[([^]|]+)(?:\|([^]]+))?\]\]")
LISTS = {
    "Towns": ("List of towns by population", ("Province", "Population", "Founded")),
    "Rivers": ("List of rivers by length", ("Length", "Source", "Mouth")),
    "Lakes": ("List of lakes by area", ("Area", "Greatest depth", "Province")),
    "Mountains": ("List of mountains by height", ("Height", "Province", "First ascent")),
    "Lighthouses": ("List of lighthouses by height", ("Location", "Tower height", "Built")),
    "Bridges": ("List of bridges by length", ("Length", "Opened", "Engineer")),
    "Provinces": ("List of provinces by area", ("Capital", "Area", "Towns")),
    "Elements": ("List of elements", ("Symbol", "Atomic number", "Standard atomic weight")),
    "Animals": ("List of animals", ("Scientific name", "Class", "Conservation status")),
    "People": ("List of people by year of birth", ("Born", "Profession", "Birthplace")),
    "Festivals": ("List of festivals by visitors", ("Town", "Date", "Visitors")),
}
"""By category: the title of its list, and the facts the list shows."""


def file_name(title: str) -> str:
    """Return the file of an article, as its address has it."""
    return title.replace(" ", "_") + ".html"


def write(folder: Path, articles: Sequence[Article]) -> int:
    """Write every page; return how many there are."""
    pages = {article.title: article_page(article) for article in articles}
    for category in sorted({article.category for article in articles}):
        inside = [article for article in articles if article.category == category]
        pages[f"Category: {category}"] = category_page(category, inside)
        if category in LISTS:
            title, labels = LISTS[category]
            pages[title] = list_page(title, labels, inside)
    (folder / "style.css").write_text(STYLE, encoding="utf-8")
    (folder / FRONT).write_text(page(NAME, front(articles)), encoding="utf-8")
    for title, body in pages.items():
        (folder / file_name(title)).write_text(page(title, body), encoding="utf-8")
    return len(pages) + 1


def page(title: str, body: str) -> str:
    """Return a whole page."""
    return (
        "<!DOCTYPE html>\n"
        f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<link rel="stylesheet" href="style.css"></head>\n'
        f"<body><main><h1>{escape(title)}</h1>\n{body}</main>\n"
        f'<footer><a href="{FRONT}">Main page</a>, {NAME}</footer></body></html>\n'
    )


def article_page(article: Article) -> str:
    """Return an article's body: box, text, category."""
    rows = "".join(
        f'<tr><th scope="row">{escape(fact.label)}</th>'
        f"<td>{anchor(fact.target, fact.value) if fact.target else escape(fact.value)}</td></tr>"
        for fact in article.facts
    )
    box = f'<table class="infobox"><caption>{escape(article.title)}</caption>{rows}</table>\n'
    text = "".join(f"<p>{linked(one)}</p>\n" for one in (article.lead, *article.text))
    more = [f"Category: {article.category}"]
    if article.category in LISTS:
        more.append(LISTS[article.category][0])
    return f"{box}{text}<h2>See also</h2>\n{bullets(more)}"


def category_page(category: str, inside: Sequence[Article]) -> str:
    """Return the body of the page of a category: its articles by name."""
    names = sorted(article.title for article in inside)
    return f"<p>{len(names)} articles on {escape(category.lower())}.</p>\n{bullets(names)}"


def list_page(title: str, labels: Sequence[str], inside: Sequence[Article]) -> str:
    """Return the body of a list: a table, the largest first."""
    head = "".join(f'<th scope="col">{escape(label)}</th>' for label in ("Name", *labels))
    rows = ""
    for article in sorted(inside, key=lambda one: (-one.rank, one.title)):
        facts: Mapping[str, str] = {fact.label: fact.value for fact in article.facts}
        cells = "".join(f"<td>{escape(facts.get(label, ''))}</td>" for label in labels)
        rows += f"<tr><td>{anchor(article.title, article.title)}</td>{cells}</tr>\n"
    return f'<table class="wide"><tr>{head}</tr>\n{rows}</table>\n'


def front(articles: Sequence[Article]) -> str:
    """Return the body of the front page."""
    categories = sorted({article.category for article in articles})
    return (
        f"<p>{len(articles)} articles on {anchor('Aldermark', 'Aldermark')}: "
        "its places, people, animals and more.</p>\n"
        f"<h2>Categories</h2>\n{bullets(f'Category: {one}' for one in categories)}"
        f"<h2>Lists</h2>\n{bullets(title for title, _ in LISTS.values())}"
    )


def bullets(titles: Iterable[str]) -> str:
    """Return a list of links."""
    return "<ul>" + "".join(f"<li>{anchor(one, one)}</li>" for one in titles) + "</ul>\n"


def anchor(title: str, text: str) -> str:
    """Return a link to a page."""
    return f'<a href="{quote(file_name(title))}">{escape(text)}</a>'


def linked(text: str) -> str:
    """Return a paragraph with its links."""
    return LINK.sub(lambda found: anchor(found[1], found[2] or found[1]), text)
