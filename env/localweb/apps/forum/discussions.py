"""What is talked about in the forum, composed from the vocabulary with a fixed seed.

Standard library only; the same discussions each time, whatever the day.
"""

import json
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

SEED = 20220201
START = datetime(2022, 2, 1, 6, 0, tzinfo=UTC)
DAYS = 410
"""The forum's life: it ends in March 2023, so no page says how long ago something was."""
ACCOUNT = "MarvelsGrantMan136"

Case = tuple[str, str, str]
"""A thing, what is wrong with it, and what helps."""
Category = dict[str, Any]
"""One of the vocabulary's categories."""


@dataclass
class Post:
    """One comment of a discussion."""

    author: str
    date: datetime
    text: str
    likers: tuple[str, ...] = ()


@dataclass
class Discussion:
    """One topic: its first post is its author's."""

    category: str
    title: str
    posts: list[Post] = field(default_factory=list)
    members: tuple[str, ...] = ()
    """Who may read it; empty where everybody may."""
    pinned: bool = False
    closed: bool = False

    @property
    def author(self) -> str:
        """Return who started it."""
        return self.posts[0].author

    @property
    def date(self) -> datetime:
        """Return when it was started."""
        return self.posts[0].date


def vocabulary() -> dict[str, Any]:
    """Return the lists of subjects and phrases."""
    file = Path(__file__).parent / "vocabulary.json"
    words: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return words


def members(words: dict[str, Any]) -> list[str]:
    """Return everybody's name, from the busiest to the quietest, staff last."""
    staff = words["staff"]
    return [*words["users"], ACCOUNT, *staff["moderators"], staff["administrator"]]


class Composer:
    """Makes discussions; each draw of its generator is in a fixed order."""

    def __init__(self, words: dict[str, Any]) -> None:
        self.words = words
        self.random = random.Random(SEED)
        self.people = [ACCOUNT, *words["users"]]
        self.weights = [1 / (2 + place) ** 0.6 for place in range(len(self.people))]

    def pick(self, name: str) -> str:
        """Return one of the phrases of a list."""
        phrases: list[str] = self.words[name]
        return str(self.random.choice(phrases))

    def person(self, *others: str) -> str:
        """Return somebody who is none of the others; the busy ones more often."""
        while True:
            (name,) = self.random.choices(self.people, self.weights)
            if name not in others:
                return name

    def moment(self) -> datetime:
        """Return a time of day in the forum's life, to the minute."""
        day = self.random.randrange(DAYS - 20)
        return START + timedelta(days=day, minutes=self.random.randrange(16 * 60))

    def likers(self, author: str, most: int = 9) -> tuple[str, ...]:
        """Return who liked a post: mostly nobody."""
        count = min(most, int(self.random.expovariate(0.9)))
        names: list[str] = []
        for _ in range(count):
            names.append(self.person(author, *names))
        return tuple(names)

    def all(self) -> list[Discussion]:
        """Return every discussion, in the order of their dates."""
        found = [self.announcement(title, text) for title, text in self.words["announcements"]]
        for category in self.words["categories"]:
            found += self.category(category)
        found += [self.poll(poll) for poll in self.words["polls"]]
        found += self.private()
        self.separate(found)
        return sorted(found, key=lambda discussion: discussion.date)

    def separate(self, found: list[Discussion]) -> None:
        """Move what happened in the same minute apart: every list of the forum is by date."""
        taken: set[datetime] = set()
        for discussion in found:
            for post in discussion.posts:
                while post.date in taken:
                    post.date += timedelta(seconds=7)
                taken.add(post.date)

    def announcement(self, title: str, text: str) -> Discussion:
        """Return a word from the staff, closed to answers."""
        author = self.words["staff"]["administrator"]
        post = Post(author, self.moment(), text, self.likers(author, 6))
        return Discussion("Announcements", title, [post], closed=True)

    def category(self, category: Category) -> list[Discussion]:
        """Return the discussions of one category: troubles, questions, reviews, comparisons."""
        cases = [tuple(case) for case in category["cases"]]
        found = [self.trouble(category, case) for case in cases]
        for use, case in zip(category["uses"], self.random.sample(cases, 4), strict=True):
            found.append(self.question(category, case, use))
        found += [self.review(category, case) for case in self.random.sample(cases, 3)]
        found.append(self.comparison(category, *self.random.sample(cases, 2)))
        return found

    def open(self, category: str, title: str, text: str) -> Discussion:
        """Return a discussion with its first post alone."""
        author = self.person()
        post = Post(author, self.moment(), text, self.likers(author))
        return Discussion(category, title, [post])

    def trouble(self, category: Category, case: Case) -> Discussion:
        """Return a call for help and what people advise."""
        thing, problem, _ = case
        title = self.random.choice(
            ["{Thing} {problem}", "My {thing} {problem}. Normal?", "Help: {thing} {problem}"]
        ).format(Thing=capital(thing), thing=thing, problem=problem)
        weeks = self.random.randrange(2, 15)
        text = (
            f"{self.pick('openings')} My {thing} {problem}, and has done so for {weeks} weeks. "
            f"I got it {self.pick('places')}. {self.pick('closings')}"
        )
        found = self.open(category["title"], title, text)
        self.answers(found, case)
        return found

    def question(self, category: Category, case: Case, use: str) -> Discussion:
        """Return a question before buying."""
        thing = case[0]
        limit = self.random.randrange(3, 40) * 10
        title = self.random.choice(
            ["Which {thing} for {use}?", "Recommend me {a} {thing} for {use}"]
        ).format(a=article(thing), thing=thing, use=use)
        text = (
            f"{self.pick('openings')} I need {article(thing)} {thing} for {use}. "
            f"My limit is {limit} euros, used is fine. {self.pick('closings')}"
        )
        found = self.open(category["title"], title, text)
        self.answers(found, case)
        return found

    def review(self, category: Category, case: Case) -> Discussion:
        """Return a report after a long time of use."""
        thing, _, advice = case
        years = self.random.choice(["One year", "Two years", "Six months", "A whole winter"])
        text = (
            f"{self.pick('openings')} I paid {self.random.randrange(15, 300)} euros for it and "
            f"would buy it again. What nobody told me: {lower(advice)} {self.pick('closings')}"
        )
        found = self.open(category["title"], f"{years} with my {thing}: what I learned", text)
        self.answers(found, case)
        return found

    def comparison(self, category: Category, case: Case, other: Case) -> Discussion:
        """Return the question of what to replace first."""
        title = f"Replace the {case[0]} or the {other[0]} first?"
        text = (
            f"There is money for one of them this year. The {case[0]} {case[1]}, "
            f"the {other[0]} {other[1]}. {self.pick('closings')}"
        )
        found = self.open(category["title"], title, text)
        self.answers(found, case)
        return found

    def poll(self, poll: dict[str, Any]) -> Discussion:
        """Return a discussion that opens with a poll."""
        lines = "\n".join(f"{place}. {text}" for place, text in enumerate(poll["options"], 1))
        body = f"[poll name={poll['name']}]\n# {poll['question']}\n{lines}\n[/poll]\n"
        found = self.open(poll["category"], poll["title"], body)
        self.answers(found, None)
        return found

    def answers(self, found: Discussion, case: Case | None) -> None:
        """Add the replies, hours to days apart."""
        count = self.random.choice([1, 2, 2, 3, 3, 4, 4, 5, 6, 7, 9, 12])
        if self.random.random() < 0.05:
            count += self.random.randrange(18, 30)
        date = found.date
        told = False
        for place in range(count):
            date += timedelta(minutes=self.random.randrange(9, 60 * 20))
            # Whoever asked comes back now and then; nobody answers himself twice in a row.
            back = place and self.random.random() < 0.22 and found.posts[-1].author != found.author
            author = found.author if back else self.person(found.author, found.posts[-1].author)
            text = self.pick("thanks") if back else self.reply(case, told)
            told = told or (case is not None and case[2] in text)
            found.posts.append(Post(author, date, text, self.likers(author)))

    def reply(self, case: Case | None, told: bool) -> str:
        """Return what somebody answers; the advice that helps is given once, early."""
        if case is not None and not told and self.random.random() < 0.6:
            return f"{case[2]} {self.pick('asides')}" if self.random.random() < 0.5 else case[2]
        kind = self.random.choice(
            ["agreements", "doubts", "asides", "asides", "agreements", "price"]
        )
        if kind == "price" and case is not None:
            return (
                f"I paid {self.random.randrange(8, 260)} euros for mine, "
                f"{self.pick('places')}. It {case[1]} too, now and then."
            )
        first, second = self.random.sample(self.words["asides"], 2)
        said = first if kind in ("asides", "price") else self.pick(kind)
        return f"{said} {second}"

    def private(self) -> list[Discussion]:
        """Return the private topics: some of the account's, some of others'."""
        first, second, third = self.words["users"][:3]
        letters = [
            ("The tripod you are selling", third, "Is it still for sale? I would take it for 45."),
            ("Meet-up on Saturday", first, "We are five so far. Two o'clock at the lock house?"),
            ("Your coffee grinder notes", second, "Could you send me the settings you wrote down?"),
            (
                "Thanks for the ride",
                ACCOUNT,
                "Here is what I still owe you for the ferry: 18 euros.",
            ),
        ]
        found = []
        for title, author, text in letters:
            other = self.person(author, ACCOUNT) if author == ACCOUNT else ACCOUNT
            found.append(self.letter(title, author, other, text))
        for number in range(4):
            author = self.words["users"][5 + number]
            found.append(
                self.letter(
                    f"About topic {number + 3}", author, self.person(author, ACCOUNT), "Hi!"
                )
            )
        return found

    def letter(self, title: str, author: str, other: str, text: str) -> Discussion:
        """Return one private topic of two people with a few answers."""
        found = Discussion("Private", title, [Post(author, self.moment(), text)], (author, other))
        date = found.date
        for place in range(self.random.randrange(1, 5)):
            date += timedelta(minutes=self.random.randrange(20, 900))
            said = self.pick("thanks") if place % 2 else self.pick("asides")
            found.posts.append(Post(other if place % 2 == 0 else author, date, said))
        return found


def capital(text: str) -> str:
    """Return the text with a capital in front."""
    return text[:1].upper() + text[1:]


def article(thing: str) -> str:
    """Return ``a`` or ``an``."""
    return "an" if thing[0] in "aeio" else "a"


def lower(text: str) -> str:
    """Return a sentence as it reads behind a colon."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text
