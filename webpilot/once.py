"""Steps that change a site are sent at most once, whatever dies meanwhile.

Each has a key: task, seed, what was committed before it, and the action. That it begins is on the
disk before it is sent, that it is done afterwards. A step that was begun and is not known to be
done is never sent again: nobody can tell whether the site took it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from webpilot.closing import Closing
from webpilot.committing import Committer
from webpilot.errors import ConfigError, SiteUnknown
from webpilot.observation import Observation
from webpilot.records.disk import LineLog, sync_folder
from webpilot.records.journal import episode_name
from webpilot.types import Action

__all__ = ["Arriving", "CommitOnce", "Once", "StepKey", "path_hash", "steps_file"]

BEGUN, DONE, VOID = "begun", "done", "void"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepKey:
    """What names one step of one episode."""

    task: str
    seed: int
    path: str
    """Hash of the actions committed before it; see :func:`path_hash`."""
    action: str
    """The action as it was wanted, as a string."""

    def __str__(self) -> str:
        return f"{self.action} of {self.task} seed {self.seed}"


@dataclass(frozen=True, slots=True)
class _Known:
    state: str
    url: str = ""


class Once(Closing):
    """The journal of one episode's steps, append-only; one process writes at a time."""

    def __init__(self, file: Path) -> None:
        """Open the journal, or begin it.

        Args:
            file: outlives every attempt at the episode; see :func:`steps_file`.

        Raises:
            ConfigError: another process holds it, or it is damaged.
            RecordError: it cannot be written.
        """
        self._log = LineLog(file, durable=True)
        self._steps: dict[StepKey, _Known] = {}
        try:
            # The file must be found again, too, not only what is written to it.
            sync_folder(file.parent)
            sync_folder(file.parent.parent)
            for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
                key, known = _read(file, number, line)
                self._steps[key] = known
        except BaseException:
            self._log.close()
            raise

    def begin(self, key: StepKey) -> bool:
        """Return whether a step may be sent now; where it may, that it begins is on the disk.

        It may not where it is done already: its effect is taken for granted.

        Raises:
            SiteUnknown: it was begun before, and nobody knows whether it was done.
            RecordError: it cannot be written down, so it must not be sent.
        """
        known = self._steps.get(key)
        if known is not None and known.state == BEGUN:
            raise SiteUnknown(
                f"contaminated: {key} was begun and is not known to be done, so it is not sent "
                "again; reset the site and start another run"
            )
        if known is not None and known.state == DONE:
            return False
        self._write(key, _Known(BEGUN))
        return True

    def done(self, key: StepKey, *, url: str = "") -> None:
        """Note that a step was carried out.

        Args:
            key: of a step that was begun.
            url: of the page that followed, for those who take the effect for granted.
        """
        self._write(key, _Known(DONE, url))

    def void(self, key: StepKey) -> None:
        """Note that a step that was begun was not sent after all: it may be begun again."""
        self._write(key, _Known(VOID))

    def url(self, key: StepKey) -> str:
        """Return the address of the page that followed a done step, empty where none is known."""
        return self._steps[key].url

    @property
    def finished(self) -> tuple[StepKey, ...]:
        """The steps that are done, in the order in which they were begun."""
        return tuple(key for key, known in self._steps.items() if known.state == DONE)

    @property
    def sent(self) -> tuple[StepKey, ...]:
        """The steps that are done or may be, in the order in which they were begun."""
        return tuple(key for key, known in self._steps.items() if known.state != VOID)

    def close(self) -> None:
        """Let another process write; closing twice is harmless."""
        self._log.close()

    def _write(self, key: StepKey, known: _Known) -> None:
        line = {
            "state": known.state,
            "task": key.task,
            "seed": key.seed,
            "path": key.path,
            "action": key.action,
            "url": known.url,
        }
        self._log.append(json.dumps(line))
        self._steps[key] = known


@runtime_checkable
class Arriving(Protocol):
    """A judged episode whose page can be taken to where an earlier process has led."""

    async def arrive(self, url: str) -> Observation:
        """Go to an address, which counts as no action; return the page."""
        ...


class CommitOnce:
    """A judged episode whose unsafe steps are sent once; a :class:`Committer`."""

    def __init__(
        self,
        episode: Committer,
        once: Once,
        *,
        task: str,
        seed: int,
        unsafe: Callable[[Action], bool] = lambda action: True,
        arrive: Callable[[str], Awaitable[Observation]] | None = None,
    ) -> None:
        """Wrap an episode that has committed nothing yet.

        Args:
            episode: carries the steps out.
            once: the episode's journal.
            task: its name.
            seed: of its instance.
            unsafe: whether a step may change the site; the others are repeated freely.
            arrive: goes to the address that followed a step which is done already, and returns the
                page; by default the page stays where it is.
        """
        self._episode = episode
        self._once = once
        self._task = task
        self._seed = seed
        self._unsafe = unsafe
        self._arrive = arrive
        self._left = list(once.sent)
        """Steps that an earlier process has begun or done and this one has not come to."""
        self._wanted: list[str] = []
        self._committed: list[Action] = []

    @property
    def committed(self) -> tuple[Action, ...]:
        """The actions executed so far, those of earlier processes included."""
        return tuple(self._committed)

    @property
    def left(self) -> tuple[StepKey, ...]:
        """Steps that an earlier process has begun or done and this one has not come to.

        Where some are left when an episode is judged, the site holds what its path does not.
        """
        return tuple(self._left)

    async def commit(self, actions: Sequence[Action]) -> Observation:
        """Carry out ``actions`` on the judged page, in order; return the page that follows.

        Raises:
            SiteUnknown: an unsafe one was begun by a process that died, and may have been done; or
                it is not what an earlier process has done here.
        """
        now: Observation | None = None
        for action in actions:
            now = await self._step(action)
            self._wanted.append(action.raw)
        return await self._episode.commit(()) if now is None else now

    async def _step(self, action: Action) -> Observation:
        if not self._unsafe(action):
            return (await self._sent(action))[1]
        key = StepKey(
            task=self._task, seed=self._seed, path=path_hash(self._wanted), action=action.raw
        )
        if self._left and key not in self._left:
            raise SiteUnknown(
                f"contaminated: the site holds {self._left[0]}, and this attempt goes another way; "
                "reset the site and start another run"
            )
        if not self._once.begin(key):
            self._left.remove(key)
            self._committed.append(action)
            url = self._once.url(key)
            return await (self._arrive(url) if self._arrive and url else self._episode.commit(()))
        # Whatever is raised here leaves the step begun: it may have been sent.
        executed, now = await self._sent(action)
        if executed:
            self._once.done(key, url=now.url)
        else:
            self._once.void(key)
        return now

    async def _sent(self, action: Action) -> tuple[bool, Observation]:
        """Return whether the episode took an action, and the page that follows."""
        before = len(self._episode.committed)
        now = await self._episode.commit((action,))
        taken = self._episode.committed[before:]
        self._committed.extend(taken)
        return bool(taken), now


def path_hash(actions: Sequence[str]) -> str:
    """Return 16 hexadecimal digits that stand for the actions before a step."""
    return hashlib.sha256(json.dumps(list(actions)).encode()).hexdigest()[:16]


def steps_file(run: Path, task: str, seed: int) -> Path:
    """Return where the journal of an episode's steps stands.

    Beside the episodes' folders, not in one: a folder is begun anew when its episode runs again.
    """
    return run / "steps" / f"{episode_name(task, seed)}.jsonl"


def _read(file: Path, number: int, line: str) -> tuple[StepKey, _Known]:
    try:
        data: dict[str, Any] = json.loads(line)
        known = _Known(data["state"], data["url"])
        names = ("task", "seed", "path", "action")
        key = StepKey(**{name: data[name] for name in names})
        if known.state not in (BEGUN, DONE, VOID):
            raise ValueError(f"no such state: {known.state}")
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{file}, line {number}, is damaged ({error}), so nobody knows what the site holds: "
            "reset the site and start another run"
        ) from error
    return key, known
