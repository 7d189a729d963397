"""WebArena's own evaluators, unmodified, asked once, when the agent has stopped.

BrowserGym asks them after every step and ends an episode as soon as they are content; the original
benchmark, and we, ask at the stop alone. What BrowserGym adds is kept: nothing is won while a tab
is open off the sites, and an ``AssertionError`` of an evaluator is a score of 0.

They run in the browser's thread. A target with an address of its own is opened in a new tab, where
libwebarena sleeps for three seconds. A task whose answer GPT-4 is asked about is refused without a
key, because it has no score then.
"""

from __future__ import annotations

import importlib
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.sync_api import Error as PlaywrightError

from env.judging import Ending, Opinion
from env.webarena.catalogue import read, tasks_file
from env.webarena.library import Library, library
from env.webarena.readiness import JUDGE_MODEL, KEY
from env.webarena.sites import left_open
from env.webarena.tokenizer import DOWNLOAD, Tokenizer, found, make_untrained
from webpilot.errors import BrowserLost, ConfigError, EnvironmentDown, SiteDown

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["NAME", "LibwebarenaJudge"]

NAME = "libwebarena"
GONE = "has been closed"
"""In Playwright's words on a page or a browser that is no longer there."""
LEAVING = "context was destroyed"
"""In Playwright's words on a page that is just being left for another one."""
CATCH_UP_TRIES = 20
CATCH_UP_PAUSE = 50.0
"""Milliseconds."""
ANYWHERE = ("newtab", "")
"""Places where a tab is not off the sites: a new tab, and ``about:blank``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LibwebarenaJudge:
    """Judges by libwebarena; a :data:`env.judging.Judge`.

    Raises:
        ConfigError: the extra is not installed.
    """

    untrained: bool = False
    """Whether the untrained tokenizer will do: for our own tasks, never for official ones."""

    def __post_init__(self) -> None:
        tasks_file()  # found, not imported

    def __call__(self, task: Mapping[str, Any], ending: Ending) -> Opinion:
        """Return libwebarena's opinion of an ending.

        Args:
            task: its definition in WebArena's schema, addresses filled in.
            ending: how the episode ended; its page is a real one of Playwright's.

        Raises:
            ConfigError: the extra is not installed, or the task needs what is not here (a key,
                tokenizer data).
            SiteDown: a page that has to be looked at does not load, or the model that is asked
                does not answer.
            BrowserLost: the page of the episode is gone.
            EnvironmentDown: the evaluators cannot come to a score.
        """
        self.check(task)
        ours = library(ending.sites)
        _catch_up(ending.page)
        astray = _astray(ending)
        if astray:
            return Opinion(
                judge=NAME, score=0.0, reason=f"a tab is open off the sites, at {astray}"
            )
        if read(task).tokenized:
            _tell_nltk(self._tokenizer())
        score = _ask(ours, task, ending)
        how = " and ".join(task["eval"]["eval_types"])
        reason = "" if score >= 1.0 else f"{how} gave {score:g}"
        return Opinion(judge=NAME, score=score, reason=reason)

    def check(self, task: Mapping[str, Any]) -> None:
        """Return ``None`` if this task can be judged here; best asked before it is run.

        Raises:
            ConfigError: it cannot, with the mend.
        """
        asked = read(task)
        if asked.needs_model and not os.environ.get(KEY):
            raise ConfigError(
                f"task {asked.number} is judged by {JUDGE_MODEL}: export {KEY}, or leave it out"
            )
        if left_open(task):
            raise ConfigError(
                f"task {asked.number} has addresses left open: {', '.join(left_open(task))}"
            )
        if asked.tokenized:
            self._tokenizer()

    def _tokenizer(self) -> Tokenizer:
        have = found(os.environ)
        if have is not None and (have.trained or self.untrained):
            return have
        if self.untrained:
            return make_untrained()
        raise ConfigError(f"NLTK's tokenizer data are missing: run `{DOWNLOAD}`")


def _catch_up(page: Page) -> None:
    """Return ``None`` once Playwright knows the address of the page.

    It learns of what others did to a page only while it waits for something itself, and the
    evaluators read the address without waiting.
    """
    for _ in range(CATCH_UP_TRIES):
        try:
            if page.evaluate("location.href") == page.url:
                return
        except PlaywrightError as error:
            if LEAVING not in str(error):
                told = f"the page to be judged does not answer: {_line(error)}"
                raise (BrowserLost if GONE in str(error) else SiteDown)(told) from error
        page.wait_for_timeout(CATCH_UP_PAUSE)


def _astray(ending: Ending) -> str:
    """Return where a tab is open off the sites, or the empty string."""
    allowed = {*ANYWHERE, *(urlsplit(url).netloc for url in ending.sites.values())}
    for page in ending.page.context.pages:
        place = urlsplit(page.url).netloc
        if place not in allowed:
            return place
    return ""


def _tell_nltk(tokenizer: Tokenizer) -> None:
    """Let NLTK find these data last; where it has others, it goes on using them."""
    data = importlib.import_module("nltk.data")
    if str(tokenizer.folder) not in data.path:
        data.path.append(str(tokenizer.folder))


def _ask(ours: Library, task: Mapping[str, Any], ending: Ending) -> float:
    """Return the evaluators' score."""
    # They look at the answer alone, and read the task from a file.
    stop = ours.actions.ActionTypes.STOP
    trajectory = [{}, {"action_type": stop, "answer": ending.answer}]
    with tempfile.TemporaryDirectory(prefix="webpilot-webarena-") as folder:
        file = Path(folder) / "task.json"
        file.write_text(json.dumps(task), encoding="utf-8")
        evaluate: Callable[..., float] = ours.evaluators.evaluator_router(str(file))
        try:
            return float(
                evaluate(
                    trajectory=trajectory, config_file=str(file), page=ending.page, client=None
                )
            )
        except AssertionError:
            return 0.0
        except _outages(ours) as error:
            told = f"libwebarena could not look at a page: {_line(error)}"
            raise (BrowserLost if GONE in str(error) else SiteDown)(told) from error
        except (LookupError, TypeError) as error:
            raise EnvironmentDown(f"libwebarena came to no score: {error!r}") from error


def _outages(ours: Library) -> tuple[type[Exception], ...]:
    """Return the errors that say that a site, or the model that is asked, is not there."""
    requests = importlib.import_module("requests")
    return (PlaywrightError, requests.RequestException, ours.model.openai.OpenAIError)


def _line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
