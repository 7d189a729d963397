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
from webpilot.offline.sites import site_roles
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
    """The offline policy as a :class:`webpilot.roles.Cast`.

    A task that may be answered is one on a site of several pages, and gets roles of its own
    (:mod:`webpilot.offline.sites`); one set of the others plays all other episodes.
    """

    label = "offline policy, no language model"
    model = None
    reads_cues = True

    def __init__(self) -> None:
        self._roles = offline_roles()

    def roles(self, stage: Stage) -> Roles:
        """Return the six roles; of the episode they read whether an answer is expected."""
        return self._roles if stage.task.answer_format is None else site_roles()

    async def aclose(self) -> None:
        """Return ``None``: nothing is held open."""
