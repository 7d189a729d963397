"""Sending a page elsewhere and knowing when it has arrived.

Documents are told apart by their loader ids. A page whose clock stands still accepts a new
document, but loads it only in the time it is granted; so the document is awaited in real time and
its load in the page's own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from env.act.hands import Wait
from env.link.page_session import PageSession
from env.link.session import Reply
from webpilot.errors import StepTimeout

__all__ = ["Arrivals", "Document", "TooLate", "load", "watched"]

POLL_SECONDS = 0.002
STEP_MS = 10.0
"""Page time granted at once while a document loads."""
LEAVING_SECONDS = 1.0
"""Real time a page may take to drop what it was loading."""


class TooLate(Exception):
    """The page did not arrive in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document that the main frame has taken."""

    loader: str
    url: str
    failed: bool
    """Whether it is the browser's own page for an address that does not load."""


@dataclass(slots=True)
class Arrivals:
    """What happens to a page's main frame; written in the reading thread, only appended to."""

    target: str
    """Target id of the page, which is the id of its main frame."""
    documents: list[Document] = field(default_factory=list)
    loaded: set[str] = field(default_factory=set)
    """Loader ids of the documents whose load event has fired."""
    moves: list[str] = field(default_factory=list)
    """Addresses the page has gone to without a new document."""
    errors: dict[str, str] = field(default_factory=dict)
    """What went wrong with requests for a document, by loader id."""

    def take_document(self, params: Reply) -> bool:
        """Note a document; never the event that is waited for."""
        frame = params["frame"]
        if "parentId" not in frame:
            failed = bool(frame.get("unreachableUrl"))
            url = str(frame["unreachableUrl"] if failed else frame["url"])
            self.documents.append(Document(loader=frame["loaderId"], url=url, failed=failed))
        return False

    def take_moment(self, params: Reply) -> bool:
        """Note a load event."""
        if params["name"] == "load":
            self.loaded.add(params["loaderId"])
        return False

    def take_move(self, params: Reply) -> bool:
        """Note a move within the document."""
        if params["frameId"] == self.target:
            self.moves.append(params["url"])
        return False

    def take_error(self, params: Reply) -> bool:
        """Note a request that failed; a document's has its loader's id."""
        self.errors[params["requestId"]] = params["errorText"]
        return False

    @property
    def any(self) -> bool:
        """Whether the page has gone anywhere."""
        return bool(self.documents or self.moves)

    def has(self, loader: str) -> bool:
        """Return whether the page has taken this document."""
        return any(document.loader == loader for document in self.documents)

    @property
    def complete(self) -> bool:
        """Whether the latest document has loaded."""
        return bool(self.documents) and self.documents[-1].loader in self.loaded


@contextmanager
def watched(session: PageSession) -> Iterator[Arrivals]:
    """Yield what happens to the page's main frame during the body."""
    arrivals = Arrivals(session.target)
    # Never disabled again: others may listen on the same session.
    session.send_all(
        [
            ("Page.setLifecycleEventsEnabled", {"enabled": True}),
            ("Network.enable", {"maxTotalBufferSize": 0, "maxResourceBufferSize": 0}),
        ]
    )
    with (
        session.expect("Page.frameNavigated", arrivals.take_document),
        session.expect("Page.lifecycleEvent", arrivals.take_moment),
        session.expect("Page.navigatedWithinDocument", arrivals.take_move),
        session.expect("Network.loadingFailed", arrivals.take_error),
    ):
        yield arrivals


def load(
    session: PageSession, arrivals: Arrivals, wait: Wait, due: float, begun: Callable[[], bool]
) -> None:
    """Return when the page has arrived; what it was loading is dropped if it does not in time.

    Args:
        session: the page.
        arrivals: what happens to it.
        wait: lets milliseconds of its time pass.
        due: when to give up, on the monotonic clock.
        begun: whether the page has gone anywhere yet.

    Raises:
        TooLate: it did not arrive.
    """
    try:
        _await(begun, due)
        while arrivals.documents and not arrivals.complete:
            _pass(session, wait, due)
    except StepTimeout as error:
        _leave(session, arrivals, wait)
        raise TooLate from error


def _await(holds: Callable[[], bool], due: float) -> None:
    while not holds():
        if time.monotonic() >= due:
            raise StepTimeout("the page went nowhere")
        time.sleep(POLL_SECONDS)


def _pass(session: PageSession, wait: Wait, due: float) -> None:
    """Let a little time pass in the page; a request it waits for may take until ``due``."""
    rest = due - time.monotonic()
    if rest <= 0:
        raise StepTimeout("the page does not load")
    patience, session.deadline = session.deadline, rest
    try:
        wait(STEP_MS)
    finally:
        session.deadline = patience


def _leave(session: PageSession, arrivals: Arrivals, wait: Wait) -> None:
    """Stop loading, so that nothing of it happens during later actions."""
    session.send("Page.stopLoading")
    due = time.monotonic() + LEAVING_SECONDS
    with suppress(StepTimeout):
        while arrivals.documents and not arrivals.complete:
            _pass(session, wait, due)
