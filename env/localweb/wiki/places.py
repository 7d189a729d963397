"""The articles on the country, its provinces, towns, rivers, lakes and mountains."""

from __future__ import annotations

from collections.abc import Sequence

from env.localweb.wiki.articles import Article, Fact, listed, number
from env.localweb.wiki.land import Land

__all__ = ["country", "lake", "mountain", "provinces", "rivers", "towns"]


def country(land: Land, towns: Sequence[Article]) -> Article:
    """Return the article on the country."""
    name = land.words["country"]
    people = sum(int(town.rank) for town in towns)
    return Article(
        name,
        "Countries",
        f"{name} is an island country of eight provinces; its capital is [[Ternwick]].",
        [
            Fact("Capital", "Ternwick", "Ternwick"),
            Fact("Provinces", str(len(land.words["provinces"]))),
            Fact("Urban population", number(people)),
            Fact("Currency", "Aldermark crown"),
            Fact("National day", "14 June"),
        ],
        ["The crown is divided into one hundred pence. Driving is on the left."],
    )


def provinces(land: Land, towns: Sequence[Article]) -> Sequence[Article]:
    """Return the articles on the provinces."""
    found = []
    for name in land.words["provinces"]:
        inside = [town for town in towns if town.value("Province") == name]
        capital = max(inside, key=lambda town: town.rank)
        area = land.random.randrange(1800, 14000)
        found.append(
            Article(
                name,
                "Provinces",
                f"{name} is one of the eight provinces of [[{land.words['country']}]].",
                [
                    Fact("Capital", capital.title, capital.title),
                    Fact("Area", f"{number(area)} km2"),
                    Fact("Towns", str(len(inside))),
                    Fact("Governor since", str(land.random.randrange(2009, 2022))),
                ],
                ["Its towns are " + listed(f"[[{town.title}]]" for town in inside) + "."],
                area,
            )
        )
    return found


def towns(land: Land) -> Sequence[Article]:
    """Return the articles on the towns."""
    names = land.words["towns"]
    sizes = land.random.sample(range(2100, 96000), len(names))
    return [
        town(land, name, 312_480 if name == "Ternwick" else size)
        for name, size in zip(names, sizes, strict=True)
    ]


def town(land: Land, name: str, people: int) -> Article:
    """Return the article on one town."""
    harbour = name in land.words["harbours"]
    river = land.pick("rivers")
    province = land.province_of[name]
    founded = land.random.randrange(1080, 1790)
    kind = "harbour town" if harbour else "market town"
    facts = [
        Fact("Province", province, province),
        Fact("Population", number(people)),
        Fact("Founded", str(founded)),
        Fact("Elevation", f"{land.random.randrange(1, 12 if harbour else 640)} m"),
        Fact("Mayor", land.person_name()),
        Fact("Dialling code", f"0{land.random.randrange(200, 999)}"),
    ]
    if harbour:
        facts.append(Fact("Tidal range", f"{land.random.randrange(12, 68) / 10:.1f} m"))
    else:
        facts.append(Fact("River", river, f"{river} (river)"))
    first, second = land.random.sample(land.words["industries"], 2)
    sights = [sight(land) for _ in range(2)]
    return Article(
        name,
        "Towns",
        f"{name} is a {kind} in [[{province}]], [[{land.words['country']}]].",
        facts,
        [
            f"The town was founded in {founded}. It lives on {first} and {second}.",
            f"Worth seeing are {sights[0]} and {sights[1]}. The town is twinned with "
            f"[[{land.random.choice([one for one in land.words['towns'] if one != name])}]].",
        ],
        people,
    )


def sight(land: Land) -> str:
    """Return something to see in a town."""
    draw = land.random
    return str(land.pick("sights")).format(
        a=draw.randrange(0, 99), b=draw.randrange(12, 17), n=draw.randrange(3, 48)
    )


def rivers(land: Land) -> Sequence[Article]:
    """Return the articles on the rivers; a shorter one flows into a longer one, or a lake."""
    return [river(land, name) for name in land.words["rivers"]]


def river(land: Land, name: str) -> Article:
    """Return the article on one river."""
    title, end = f"{name} (river)", land.ends[name]
    feeders = [one for one in land.words["rivers"] if land.ends[one] == title]
    length = land.lengths[name]
    sea = end in land.words["harbours"]
    facts = [
        Fact("Length", f"{length} km"),
        Fact("Source", land.rises[name], land.rises[name]),
        Fact("Mouth", end.removesuffix(" (river)"), end),
        Fact("Discharge", f"{land.random.randrange(4, 380)} m3/s"),
    ]
    text = [f"It reaches the sea at [[{end}]]." if sea else f"It flows into [[{end}]]."]
    if feeders:
        text.append("Tributaries: " + listed(f"[[{one} (river)]]" for one in feeders) + ".")
    lead = f"The {name} is a river of [[{land.words['country']}]]. It rises on "
    return Article(title, "Rivers", f"{lead}[[{land.rises[name]}]].", facts, text, length)


def lake(land: Land, name: str) -> Article:
    """Return the article on one lake."""
    area, depth = land.random.randrange(3, 280), land.random.randrange(6, 190)
    province = land.pick("provinces")
    feeders = [one for one in land.words["rivers"] if land.ends[one] == name]
    fed = listed(f"[[{one} (river)]]" for one in feeders)
    return Article(
        name,
        "Lakes",
        f"{name} is a lake in [[{province}]].",
        [
            Fact("Province", province, province),
            Fact("Area", f"{area} km2"),
            Fact("Greatest depth", f"{depth} m"),
            Fact("Surface elevation", f"{land.random.randrange(20, 900)} m"),
        ],
        [f"It is fed by {fed}." if feeders else "It is fed by springs alone."],
        area,
    )


def mountain(land: Land, name: str) -> Article:
    """Return the article on one mountain."""
    height = land.random.randrange(640, 2890)
    province = land.pick("provinces")
    rivers = [one for one in land.words["rivers"] if land.rises[one] == name]
    rise = listed(f"[[{one} (river)]]" for one in rivers)
    return Article(
        name,
        "Mountains",
        f"{name} is a mountain in [[{province}]].",
        [
            Fact("Province", province, province),
            Fact("Height", f"{number(height)} m"),
            Fact("First ascent", str(land.random.randrange(1780, 1934))),
        ],
        [f"On its slopes rise the {rise}." if rivers else "No river rises here."],
        height,
    )
