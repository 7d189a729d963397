"""Keeps the tabs of a window to its rules and hosts, from the thread that reads the browser's pipe.

That thread waits for nobody, so a page cannot outrun its guard by making our own thread wait. A
tab is admitted before its first script runs and before its first request leaves.
"""

from __future__ import annotations

from collections.abc import Mapping

from env.guard.effects import Witness
from env.guard.log import GuardLog, Rule
from env.guard.network import Layer, NetworkPolicy
from env.guard.proxy import ForwardProxy
from env.guard.requests import Verdict
from env.guard.rules import PRINTED, WindowRules
from env.link.calls import ProtocolError
from env.link.page_session import PageSession
from env.link.session import Reply

__all__ = ["WindowGuard"]

BLANK = "about:blank"
OPENING = "initialFrameNavigation"
"""Reason of a frame's first navigation, which is part of its page."""
PRINT = f"window.print = function print() {{ alert({PRINTED!r}); }};"
"""Printing asks nobody in a headless browser; as a dialog it is answered and taken down."""

UNSHARED = "delete window.SharedWorker;"
"""A shared worker belongs to no page, so nobody holds its requests."""


class WindowGuard:
    """The guard of one window."""

    def __init__(
        self,
        rules: WindowRules,
        policy: NetworkPolicy | None,
        log: GuardLog,
        *,
        proxy: ForwardProxy | None = None,
        witness: Witness | None = None,
    ) -> None:
        """Make ready.

        Args:
            rules: what the window may do.
            policy: the hosts it may reach, ``None`` where all are allowed.
            log: takes down what is refused.
            proxy: the window's own, running; ``None`` where its browser's serves it.
            witness: takes down each request that is no read.
        """
        self.rules = rules
        self.policy = policy
        self.log = log
        self.proxy = proxy
        self.witness = witness
        self.asked = ""
        """Address that a tab was last asked to be opened with; a new tab does not know its own."""
        self.asking = 0
        """How many tabs that pages asked for have not appeared yet."""

    @property
    def hooked(self) -> bool:
        """Whether requests are held until they are looked at."""
        return self.policy is not None and Layer.HOOK in self.policy.layers

    @property
    def ruled(self) -> bool:
        """Whether requests are held back that would change something."""
        return self.hooked and self.rules.requests is not None

    def close(self) -> None:
        """Stop the window's own proxy, if it has one; closing twice is harmless."""
        if self.proxy is not None:
            self.proxy.close()

    def refused(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> bool:
        """Return whether a request would change something and may not; take it down if it would."""
        requests = self.rules.requests
        if requests is None or not self.hooked:
            return False
        if self.witness is not None:
            self.witness.saw(requests, "hook", method, url, headers, body)
        return requests.verdict(method, url, headers, body) is Verdict.WOULD_MUTATE

    def admit(self, session: PageSession, *, tabs: int) -> None:
        """Put a tab that has just opened under guard, or close it if it is one too many.

        Args:
            session: the tab.
            tabs: how many the window has with it.
        """
        if tabs > self.rules.tabs:
            self.log.refuse(Rule.TABS, "window", self.asked)
            discard(session)
            return
        session.dialog_rules = self.rules.dialogs
        PageGuard(self, session, popup=self.asking > 0)
        self.asking = max(0, self.asking - 1)

    def may_open(self, url: str) -> None:
        """Return if a tab may be sent to ``url`` by a call of ours.

        Raises:
            ProtocolError: it may not; the text can be shown to a model.
        """
        rule = None if self.policy is None else self.policy.refusal(url, top=True)
        if rule is not None:
            self.log.refuse(rule, "call", url)
            raise ProtocolError("Page.navigate", 0, f"this {rule.value} is not allowed here")
        requests = self.rules.requests
        if requests is not None and requests.verdict("GET", url) is Verdict.WOULD_MUTATE:
            self.refused("GET", url)
            self.log.refuse(Rule.WOULD_MUTATE, "call", url, "GET")
            raise ProtocolError("Page.navigate", 0, "this would change the site: not allowed here")


class PageGuard:
    """The guard of one tab; everything but its making happens in the reading thread."""

    def __init__(self, window: WindowGuard, session: PageSession, *, popup: bool) -> None:
        self._window = window
        self._unseen_popup = popup
        """A page opened it, and nothing was shown in it yet."""
        self._session = session
        self._gone_by_itself = 0
        self._inputs = 0
        session.may_open = window.may_open
        session.on("Page.frameScheduledNavigation", self._scheduled)
        session.on("Page.windowOpen", self._opens)
        session.on("Page.frameRequestedNavigation", self._requested)
        session.on("Page.frameNavigated", self._navigated)
        session.on("Page.downloadWillBegin", self._downloads)
        scripts = PRINT + UNSHARED if window.ruled else PRINT
        session.post("Page.addScriptToEvaluateOnNewDocument", {"source": scripts})
        if window.hooked:
            session.on("Fetch.requestPaused", self._held)
            session.post("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})

    def _refusal(self, url: str, *, top: bool) -> Rule | None:
        policy = self._window.policy
        return None if policy is None else policy.refusal(url, top=top)

    def _is_top(self, params: Reply) -> bool:
        # A page's main frame carries the id of its target.
        return bool(params.get("frameId") == self._session.target)

    def _held(self, params: Reply) -> None:
        """Let a request go, or end it."""
        request = params["request"]
        document = params.get("resourceType") == "Document"
        top = document and self._is_top(params)
        rule = self._refusal(request["url"], top=top)
        body = request["postData"].encode() if "postData" in request else None
        asked = (request["method"], request["url"], request.get("headers"))
        if rule is None and self._window.refused(*asked, body):
            rule = Rule.WOULD_MUTATE
        number = {"requestId": params["requestId"]}
        if rule is None:
            self._session.post("Fetch.continueRequest", number)
            return
        self._window.log.refuse(rule, "hook", request["url"], request["method"])
        # Aborted, a page that was to be left stays as it is; blocked, an error would replace it.
        reason = "Aborted" if rule is Rule.WOULD_MUTATE else "BlockedByClient"
        self._session.post("Fetch.failRequest", {**number, "errorReason": reason})
        if top and rule is Rule.WOULD_MUTATE and self._unseen_popup:
            self._session.discard()  # it would stay empty, and in front

    def _scheduled(self, params: Reply) -> None:
        """Take down where a page wants to go though its browser will not let it."""
        url = params["url"]
        own_script = url.startswith("javascript:")
        if not own_script and self._refusal(url, top=self._is_top(params)) is Rule.SCHEME:
            self._window.log.refuse(Rule.SCHEME, "window", url)

    def _opens(self, params: Reply) -> None:
        self._window.asked = params["url"]
        self._window.asking += 1

    def _requested(self, params: Reply) -> None:
        """Count where a page goes by itself, and leave it if it does not stop."""
        if params["reason"] == OPENING:
            return
        if self._inputs != self._session.inputs:
            self._inputs, self._gone_by_itself = self._session.inputs, 0
        self._gone_by_itself += 1
        most = self._window.rules.navigations
        if self._gone_by_itself > most:
            if self._gone_by_itself == most + 1:
                self._window.log.refuse(Rule.NAVIGATIONS, "window", params["url"])
            self._leave()
        elif self._refusal(params["url"], top=self._is_top(params)) is Rule.SCHEME:
            # Nobody answers for mailto: and the like: the page would load for ever.
            self._session.post("Page.stopLoading")

    def _navigated(self, params: Reply) -> None:
        """Leave a page that no rule of ours lets be one, however it came to be opened."""
        frame = params["frame"]
        url = frame["url"]
        if "parentId" in frame or frame.get("unreachableUrl"):
            return
        if url == BLANK:
            self._gone_by_itself = 0
        else:
            self._unseen_popup = False
        if self._refusal(url, top=True) is Rule.SCHEME:
            self._window.log.refuse(Rule.SCHEME, "window", url)
            self._leave()

    def _downloads(self, params: Reply) -> None:
        self._window.log.refuse(Rule.DOWNLOAD, "window", params["url"])

    def _leave(self) -> None:
        self._session.post("Page.navigate", {"url": BLANK})


def discard(session: PageSession) -> None:
    """Close a tab that has just opened, before anything of it runs or reaches the network.

    Not at once: Playwright's driver dies of a page that goes while it is being introduced to it.
    A held request, or a first empty page, shows that the introduction is over.
    """
    for event in ("Fetch.requestPaused", "Page.frameNavigated"):
        session.on(event, lambda params: session.discard())
    session.post("Emulation.setScriptExecutionDisabled", {"value": True})
    session.post("Fetch.enable", {"patterns": [{"urlPattern": "*"}]})
    session.close()
