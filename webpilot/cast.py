"""Who plays: the six roles of one policy, bound to one episode."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from planner.controller import ModelController
from planner.extractor import ModelExtractor
from planner.paper.controller import PaperController
from planner.paper.extractor import PaperExtractor
from planner.paper.planner import PaperPlanner
from planner.planner import ModelPlanner
from prompts.asking import Asker
from prompts.hints import NO_HINTS, Hints
from webpilot.appraiser import ModelAppraiser
from webpilot.assessments import Assessments
from webpilot.explorer import ModelExplorer
from webpilot.llm.metering import MeteredLLM
from webpilot.llm.prices import Price
from webpilot.llm.protocol import LLM
from webpilot.llm.settings import ModelSettings
from webpilot.paper.appraiser import PaperAppraiser
from webpilot.paper.entering import Entering
from webpilot.paper.explorer import PaperExplorer
from webpilot.paper.verifier import PaperVerifier
from webpilot.roles import Roles, Stage
from webpilot.types import Task
from webpilot.verifier import PageVerifier

__all__ = ["STYLES", "LLMCast", "paper_roles", "webpilot_roles"]


def webpilot_roles(asker: Asker, task: Task) -> Roles:
    """Return our roles: ranked proposals, and one structured assessment a node."""
    assessments = Assessments(asker=asker.of("appraiser"), task=task)
    explorer = asker.of("explorer")
    return Roles(
        planner=ModelPlanner(asker=asker.of("planner")),
        controller=ModelController(asker=asker.of("controller")),
        extractor=ModelExtractor(asker=asker.of("extractor")),
        explorer=ModelExplorer(asker=explorer, task=task, assessments=assessments),
        appraiser=ModelAppraiser(assessments=assessments),
        verifier=PageVerifier(),
    )


def paper_roles(asker: Asker, task: Task) -> Roles:
    """Return the published roles with their many calls (method.md, sections 2 and 8)."""
    verifier, entering = PaperVerifier(asker=asker.of("verifier")), Entering()
    explorer = asker.of("explorer")
    return Roles(
        planner=PaperPlanner(asker=asker.of("planner")),
        controller=PaperController(asker=asker.of("controller")),
        extractor=PaperExtractor(asker=asker.of("extractor")),
        explorer=PaperExplorer(asker=explorer, verifier=verifier, task=task, entering=entering),
        appraiser=PaperAppraiser(asker=asker.of("appraiser"), entering=entering),
        verifier=verifier,
    )


STYLES: Mapping[str, Callable[[Asker, Task], Roles]] = {
    "webpilot": webpilot_roles,
    "paper": paper_roles,
}
"""Ways to ask a model, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LLMCast:
    """Six roles that ask a language model; a :class:`webpilot.roles.Cast`."""

    llm: LLM
    settings: ModelSettings
    style: str
    """Key of :data:`STYLES`."""
    salt: bytes
    """Of the run: makes the nonces of the fences around page text."""
    hints: Hints = NO_HINTS
    price: Price | None = None
    """Of the model; ``None`` counts no dollars."""
    role_prices: Mapping[str, Price | None] = field(default_factory=dict)
    """Of the models of those roles that ask one of their own."""
    samples: int = 1
    """Independent appraisals of each node."""
    reads_cues: bool = False

    @property
    def label(self) -> str:
        """What a report calls this policy."""
        hints = f", with the site hints of {self.hints.name}" if self.hints.name else ""
        samples = f", the middle of {self.samples} appraisals" if self.samples > 1 else ""
        return f"{self.model}, prompts of {self.style}{hints}{samples}"

    @property
    def model(self) -> str:
        """Name of the language model, and of each that a role asks instead."""
        return self.settings.names

    def roles(self, stage: Stage) -> Roles:
        """Return the roles for one episode; their calls are charged to its budget."""
        asker = self._asker(stage, self.settings, self.price)
        own = {
            # One count of equal questions, so that equal ones of two roles are two samples.
            role: replace(
                self._asker(stage, settings, self.role_prices.get(role)),
                role=role,
                asked=asker.asked,
            )
            for role, settings in self.settings.roles.items()
        }
        return STYLES[self.style](replace(asker, own=own), stage.task)

    def _asker(self, stage: Stage, settings: ModelSettings, price: Price | None) -> Asker:
        """Return how one model is asked, at its price."""
        return Asker(
            llm=MeteredLLM(
                self.llm,
                stage.budget,
                stage.on_event,
                price=price,
                model=settings.model,
                account=f"{stage.task.id}.{stage.task.seed}",
            ),
            model=settings.model,
            salt=self.salt,
            temperature=settings.temperature,
            max_tokens=settings.max_tokens,
            room=settings.room,
            page_tokens=settings.page_tokens,
            hints=self.hints.of(stage.task.site, stage.task.benchmark),
            stream=_stream(stage),
            samples=self.samples,
        )

    async def aclose(self) -> None:
        """Let go of the model's connections."""
        await self.llm.aclose()


def _stream(stage: Stage) -> int:
    """Return where an episode's samples begin.

    Another episode, or another seed of the run, so draws answers of its own to equal questions: a
    tape would else make one draw of all of them.
    """
    named = f"{stage.seed} {stage.task.id} {stage.task.seed}"
    return zlib.crc32(named.encode()) << 16
