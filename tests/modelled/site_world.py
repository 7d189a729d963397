"""A site of a few written pages to search, and an agent on it that asks a scripted model."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from asked import SALT

from mcts.protocols import Level, Restored, Transition, World
from mcts.searchers import override, webpilot
from planner import config as planning
from prompts.asking import Asker
from webpilot.agent import Agent, AgentConfig, AgentResult
from webpilot.budget import Budget
from webpilot.cast import webpilot_roles
from webpilot.llm.scripted import ScriptedLLM
from webpilot.observation import Element, Fingerprint, Observation
from webpilot.types import Action, Path, Task

ORDERS = """\
RootWebArea 'Orders', url='http://site/orders'
	[1] heading 'Orders'
		StaticText 'Order 7 by Ada Lovelace'
	[people] link 'People'"""
PEOPLE = """\
RootWebArea 'People', url='http://site/people'
	[1] heading 'People'
		StaticText 'Ada Lovelace, telephone 555-0199'
		StaticText 'Charles Babbage, telephone 555-0142'
	[orders] link 'Orders'"""


class Site:
    """A :class:`~mcts.protocols.World` of pages, and the pool that leases it.

    A link's bid is the name of the page it leads to; any other element does nothing.
    """

    def __init__(self, pages: Mapping[str, str], start: str) -> None:
        self.log: list[str] = []
        self._pages = pages
        self._start = self._now = start

    def page(self, name: str) -> Observation:
        text = self._pages[name]
        lines = [line.strip() for line in text.splitlines()]
        elements = tuple(
            Element(
                bid=line[1 : line.index("]")],
                role=line.split("] ")[1].split(" ")[0],
                name=line.split("'")[1],
            )
            for line in lines
            if line.startswith("[")
        )
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        return Observation(
            text=text,
            title=name,
            url=f"http://site/{name}",
            elements=elements,
            fingerprint=Fingerprint(exact=digest, interactive=digest),
        )

    @property
    def root(self) -> Observation:
        return self.page(self._start)

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[World]:
        yield self

    async def observe(self) -> Observation:
        return self.page(self._now)

    def _follow(self, action: Action) -> None:
        name = str(action.args[0]) if action.args else ""
        self._now = name if name in self._pages else self._now

    async def step(self, action: Action) -> Transition:
        self.log.append(action.raw)
        self._follow(action)
        return Transition(observation=self.page(self._now), ended=False)

    async def restore(self, path: Path) -> Restored:
        self._now = self._start
        for step in path.all_steps:
            self._follow(step.action)
        return Restored(observation=self.page(self._now), tier="replay", level=Level.EXACT)


@dataclass
class Ledger:
    """A committer that keeps what it was given."""

    committed: tuple[Action, ...] = ()

    async def commit(self, actions: Sequence[Action]) -> Observation:
        self.committed += tuple(actions)
        return Site({"empty": ""}, "empty").root


@dataclass
class Played:
    """A finished agent and everything around it."""

    agent: Agent
    result: AgentResult
    events: list[tuple[str, Mapping[str, object]]] = field(default_factory=list)

    def named(self, event: str) -> list[Mapping[str, object]]:
        return [data for name, data in self.events if name == event]

    @property
    def searched(self) -> list[str]:
        return [attempt.subtask.goal for attempt in self.agent.attempts]


def play(task: Task, llm: ScriptedLLM, root: Observation, worlds: object, **search: int) -> Played:
    """Let an agent of preset ``webpilot`` run."""
    asker = Asker(llm=llm, model="scripted", salt=SALT)
    events: list[tuple[str, Mapping[str, object]]] = []
    agent = Agent(
        task=task,
        roles=webpilot_roles(asker, task),
        config=AgentConfig(search=override(webpilot(), **search), plan=planning.webpilot()),
        budget=Budget(None),
        seed=(0,),
        on_event=lambda name, data: events.append((name, data)),
    )
    result = asyncio.run(agent.run(root, worlds, Ledger()))
    return Played(agent=agent, result=result, events=events)
