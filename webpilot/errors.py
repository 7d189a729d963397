"""Every error WebPilot raises on purpose.

::

    WebPilotError
    ├── ConfigError            the user's input is wrong; the message names the mend
    ├── RecordError            the record cannot be written (disk full); the mend is named
    ├── ActionError            the agent's action text is malformed or not allowed
    ├── BudgetExhausted        a limit would be passed: kind, used, limit
    ├── LLMError               the model could not be asked, or answered unusably
    │   ├── FormatError        the model's own words did not fit the schema
    │   ├── TransientError     no answer this time; another attempt may bring one
    │   └── TapeMiss           the tape that is replayed holds no such question
    └── EnvironmentDown        the world failed, not the agent
        ├── BrowserLost        the browser or its page died
        ├── StepTimeout        the page did not answer before the deadline
        ├── SiteDown           the site did not load or answered with another page
        │   └── SiteUnknown    it may hold what a step did, or not: nobody knows
        └── JudgeDown          what judges is gone or cannot judge: no verdict, never a failure

Agent mistakes become nodes of the tree; infrastructure faults end the episode and are reported
apart. Broad ``except`` clauses live in :mod:`webpilot.episode` alone.
"""

from __future__ import annotations

__all__ = [
    "ActionError",
    "BrowserLost",
    "BudgetExhausted",
    "ConfigError",
    "EnvironmentDown",
    "FormatError",
    "JudgeDown",
    "LLMError",
    "RecordError",
    "SiteDown",
    "SiteUnknown",
    "StepTimeout",
    "TapeMiss",
    "TransientError",
    "WebPilotError",
]


class WebPilotError(Exception):
    """Root of the hierarchy drawn above."""

    kind: str = "harness"
    """The ``error_kind`` of a result row that this error ends."""


class ConfigError(WebPilotError):
    """The user's input is wrong. The message is one line and says how to mend it."""


class RecordError(WebPilotError):
    """The record cannot be written. The message is one line and says how to mend it.

    Not an episode's failure: the run stops here, because its next row could not be written either.
    What was written before stays valid.
    """


class ActionError(WebPilotError):
    """An action string is malformed, unknown or not allowed here."""

    kind = "agent"


class BudgetExhausted(WebPilotError):
    """A charge would pass a limit; nothing was charged.

    ``wanted`` is what a call may take at most, where that is why it was not sent.
    """

    kind = "budget"

    def __init__(self, key: str, used: float, limit: float, wanted: float = 0) -> None:
        more = f", and one call may take {wanted:g}" if wanted and used < limit else ""
        super().__init__(f"budget {key} exhausted: {used:g} used of {limit:g}{more}")
        self.key = key
        self.used = used
        self.limit = limit


class LLMError(WebPilotError):
    """A language model could not be reached or did not answer usably.

    ``lost``: an answer may have been made, and billed, that never arrived.
    """

    kind = "llm"

    def __init__(self, message: str = "", *, lost: bool = False) -> None:
        super().__init__(message)
        self.lost = lost


class FormatError(LLMError):
    """A model's answer did not fit its schema after the bounded repair: the agent's failure."""

    kind = "agent"


class TransientError(LLMError):
    """No answer this time. Another attempt may bring one, where somebody makes it.

    Args:
        message: one line that names the mend.
        busy: the endpoint is asked too often (status 429).
        wait: seconds after which the endpoint wants to be asked again, where it says so.
        lost: see :class:`LLMError`.
    """

    def __init__(
        self,
        message: str = "",
        *,
        busy: bool = False,
        wait: float | None = None,
        lost: bool = False,
    ) -> None:
        super().__init__(message, lost=lost)
        self.busy = busy
        self.wait = wait


class TapeMiss(LLMError):
    """A tape is replayed that holds no such question; the message says what differs."""


class EnvironmentDown(WebPilotError):
    """The world failed underneath the agent."""

    kind = "browser"


class BrowserLost(EnvironmentDown):
    """The browser process or the page's renderer is gone."""


class StepTimeout(EnvironmentDown):
    """The page did not answer before the deadline; its browser has been replaced."""


class SiteDown(EnvironmentDown):
    """The site did not load, or another site answered."""

    kind = "site"


class JudgeDown(EnvironmentDown):
    """What judges crashed, was late, or cannot read what it is to judge."""

    kind = "harness"


class SiteUnknown(SiteDown):
    """A step may have reached the site or not, so nothing after it can be judged."""
