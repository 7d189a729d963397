"""The articles on people, what they built and found, animals, elements and festivals."""

from __future__ import annotations

from collections.abc import Sequence

from env.localweb.wiki.articles import Article, Fact, number
from env.localweb.wiki.land import Land

__all__ = ["animal", "bridges", "element", "festival", "lighthouses", "people"]

PEOPLE = 84


def people(land: Land) -> Sequence[Article]:
    """Return the articles on people, each with a name of its own."""
    names: list[str] = []
    while len(names) < PEOPLE:
        name = land.person_name()
        if name not in names:
            names.append(name)
    return [person(land, name) for name in names]


def person(land: Land, name: str) -> Article:
    """Return the article on one person."""
    words, draw = land.words, land.random
    calling, work, school = land.pick("callings")
    born = draw.randrange(1730, 1925)
    died = born + draw.randrange(34, 93)
    town, end = land.pick("towns"), land.pick("towns")
    subject = {
        "n": str(draw.randrange(3, 15)),
        "element": "[[" + draw.choice(words["elements"])[0] + "]]",
        "lake": f"[[{land.pick('lakes')}]]",
        "mountain": f"[[{land.pick('mountains')}]]",
        "animal": "[[" + draw.choice(words["animals"])[0] + "]]",
        "town": f"[[{land.pick('towns')}]]",
    }
    river = land.pick("rivers")
    known = work.format(river=f"[[{river} (river)|{river}]]", **subject)
    return Article(
        name,
        "People",
        f"{name} ({born}-{died}) was a {calling} from [[{town}]].",
        [
            Fact("Born", str(born)),
            Fact("Birthplace", town, town),
            Fact("Died", f"{died} in {end}"),
            Fact("Profession", calling),
            Fact("Education", school),
        ],
        [f"{name} is known for {known}.", f"A street in [[{end}]] bears the name."],
        -born,
    )


def lighthouses(land: Land) -> Sequence[Article]:
    """Return the articles on the lighthouses, one a harbour."""
    found = []
    for town in land.words["harbours"]:
        height = land.random.randrange(14, 62)
        built = land.random.randrange(1790, 1930)
        found.append(
            Article(
                f"{town} Lighthouse",
                "Lighthouses",
                f"{town} Lighthouse marks the harbour of [[{town}]].",
                [
                    Fact("Location", town, town),
                    Fact("Built", str(built)),
                    Fact("Tower height", f"{height} m"),
                    Fact("Range", f"{land.random.randrange(9, 29)} nautical miles"),
                    Fact("Automated", str(land.random.randrange(1962, 1999))),
                ],
                [f"It replaced a fire basket that had stood there since {built - 60}."],
                height,
            )
        )
    return found


def bridges(land: Land, people: Sequence[Article]) -> Sequence[Article]:
    """Return the articles on bridges, each by an engineer."""
    engineers = [one for one in people if one.value("Profession") == "engineer"]
    found = []
    for river in land.random.sample(land.words["rivers"], 10):
        town = land.random.choice(
            [one for one in land.words["towns"] if one not in land.words["harbours"]]
        )
        engineer = land.random.choice(engineers)
        length = land.random.randrange(48, 720)
        opened = int(engineer.value("Born")) + land.random.randrange(28, 34)
        found.append(
            Article(
                f"{river} Road Bridge",
                "Bridges",
                f"{river} Road Bridge crosses the [[{river} (river)|{river}]] near [[{town}]].",
                [
                    Fact("Crosses", river, f"{river} (river)"),
                    Fact("Town", town, town),
                    Fact("Length", f"{length} m"),
                    Fact("Opened", str(opened)),
                    Fact("Engineer", engineer.title, engineer.title),
                ],
                ["It is open to carriages, cars and people on foot."],
                length,
            )
        )
    return found


def animal(land: Land, name: str, latin: str, kind: str) -> Article:
    """Return the article on one species."""
    draw = land.random
    place = land.pick(draw.choice(["lakes", "provinces", "mountains"]))
    status = land.pick("statuses")
    length = draw.randrange(8, 140)
    return Article(
        name,
        "Animals",
        f"The {name} ({latin}) is a {kind} found around [[{place}]].",
        [
            Fact("Scientific name", latin),
            Fact("Class", kind),
            Fact("Conservation status", status),
            Fact("Length", f"{length} cm"),
            Fact("Habitat", place, place),
            Fact("Described", str(draw.randrange(1758, 1931))),
        ],
        [
            f"It lives for up to {draw.randrange(2, 28)} years. The last count found about "
            f"{number(draw.randrange(4, 900) * 100)} of them.",
        ],
        length,
    )


def element(land: Land, name: str, symbol: str, atomic: int, mass: str, phase: str) -> Article:
    """Return the article on one chemical element."""
    mined = land.pick("towns")
    return Article(
        name,
        "Elements",
        f"{name} is the chemical element with the symbol {symbol} and atomic number {atomic}.",
        [
            Fact("Symbol", symbol),
            Fact("Atomic number", str(atomic)),
            Fact("Standard atomic weight", mass),
            Fact("Phase at room temperature", phase),
        ],
        [f"In [[{land.words['country']}]] it is traded at [[{mined}]]."],
        -atomic,
    )


def festival(land: Land, name: str, town: str, day: str) -> Article:
    """Return the article on one festival."""
    since = land.random.randrange(1650, 1960)
    visitors = land.random.randrange(8, 600) * 100
    return Article(
        name,
        "Festivals",
        f"The {name} is a festival in [[{town}]], held on {day}."
        if not day.startswith(("the last week", "the first week", "the second week", "July"))
        else f"The {name} is a festival in [[{town}]], held in {day}.",
        [
            Fact("Town", town, town),
            Fact("Date", day),
            Fact("Since", str(since)),
            Fact("Visitors", number(visitors)),
        ],
        ["Shops are closed in the afternoon."],
        visitors,
    )
