"""The offline policy: six roles without a language model.

One idea: a goal is read into clauses, each clause is a predicate over the observed page, and the
same predicates drive the proposals, the stop test and the self-reward.
"""

from __future__ import annotations

from webpilot.offline.appraiser import OfflineAppraiser
from webpilot.offline.assessment import Judge
from webpilot.offline.controller import OfflineController
from webpilot.offline.explorer import OfflineExplorer
from webpilot.offline.extractor import OfflineExtractor
from webpilot.offline.planner import OfflinePlanner
from webpilot.offline.skills import SKILLS
from webpilot.offline.verifier import OfflineVerifier
from webpilot.roles import Roles, Stage

__all__ = ["OfflineCast", "offline_roles"]


def offline_roles() -> Roles:
    """Return the six roles, all built on the same skills."""
    judge = Judge(SKILLS)
    return Roles(
        planner=OfflinePlanner(judge),
        controller=OfflineController(judge),
        extractor=OfflineExtractor(),
        explorer=OfflineExplorer(judge),
        appraiser=OfflineAppraiser(judge),
        verifier=OfflineVerifier(),
    )


class OfflineCast:
    """The offline policy as a :class:`webpilot.roles.Cast`; one set of roles plays all episodes."""

    label = "offline policy, no language model"
    model = None
    reads_cues = True

    def __init__(self) -> None:
        self._roles = offline_roles()

    def roles(self, stage: Stage) -> Roles:
        """Return the six roles; they read nothing of the episode but what each call shows them."""
        return self._roles

    async def aclose(self) -> None:
        """Return ``None``: nothing is held open."""
