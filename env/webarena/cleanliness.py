"""Whether a WebArena instance is as its last reset left it, as far as our own runs know.

One instance serves many runs, and nothing on it says what they did. So each instance has a log on
this machine: resets, and every episode with the unsafe requests it sent. An episode that began and
never ended may have sent anything. One run at a time holds an instance.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from env.environments import home
from env.webarena.instance import RESET, Instance
from env.webarena.sites import HOMEPAGE
from webpilot.closing import Closing
from webpilot.errors import ConfigError, RecordError
from webpilot.records.disk import LineLog

__all__ = ["Admission", "Cleanliness", "Standing", "admit", "log_file"]

SCHEMA = 1
KEPT = 20
"""Unsafe requests of an episode that are kept word for word; the rest are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is known of an instance's state."""

    reset_at: str | None = None
    """ISO 8601, UTC; ``None`` where no reset is known."""
    reset_by: str = ""
    """``server``, or ``hand``: somebody said so."""
    unsafe: int = 0
    """Unsafe requests since."""
    episodes: tuple[str, ...] = ()
    """The episodes since that sent any, as ``RUN/TASK``."""
    unfinished: tuple[str, ...] = ()
    """Episodes since that began and did not end."""

    @property
    def clean(self) -> bool:
        """Whether the instance is as a reset left it."""
        return self.reset_at is not None and not self.unsafe and not self.unfinished

    @property
    def reason(self) -> str:
        """Why it is not clean, in one line; empty where it is."""
        if self.clean:
            return ""
        if self.reset_at is None:
            return "no reset of it is known, so its state is not"
        parts = []
        if self.unsafe:
            of = _some(self.episodes)
            parts.append(f"{self.unsafe} unsafe request{'s' * (self.unsafe > 1)} ({of})")
        if self.unfinished:
            parts.append(f"what {_some(self.unfinished)} did, which did not end")
        return f"since its reset at {self.reset_at} there is {' and '.join(parts)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """On what terms an episode may start."""

    reset_first: bool
    contaminated: str = ""
    """Why the result does not stand for a clean instance; empty where it does."""


def admit(standing: Standing, *, resettable: bool, accept_dirty: bool) -> Admission:
    """Return on what terms an episode may start on an instance.

    Args:
        standing: what is known of its state.
        resettable: whether it has a reset server.
        accept_dirty: whether to go on where it is not clean, without a reset.

    Raises:
        ConfigError: it is not clean, cannot be reset, and that was not accepted.
    """
    if standing.clean:
        return Admission(reset_first=False)
    if accept_dirty:
        return Admission(reset_first=False, contaminated=standing.reason)
    if resettable:
        return Admission(reset_first=True)
    raise ConfigError(
        f"the WebArena instance is not clean: {standing.reason}; set {RESET}, or reset it by hand "
        "and run `python -m experiments.webarena was-reset`, or accept marked results with "
        "benchmark.accept_dirty=true"
    )


class Cleanliness(Closing):
    """The log of one instance, held until it is closed.

    Raises:
        ConfigError: another run holds it.
        RecordError: it cannot be written.
    """

    def __init__(
        self, instance: Instance, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._now = now
        path = log_file(instance)
        try:
            # Every line is on the disk before the request it speaks of is sent.
            self._log = LineLog(path, durable=True)
        except ConfigError as error:
            raise ConfigError(
                "another run uses this WebArena instance: wait for it to end, because each would "
                "change what the other is judged by"
            ) from error
        try:
            self._events = _read(path)
            if not self._events:
                self._add("instance", schema=SCHEMA, addresses=dict(instance.addresses))
        except BaseException:
            self._log.close()
            raise

    @property
    def standing(self) -> Standing:
        """What is known of the instance now."""
        return _standing(self._events)

    def cut_off(self, run: str, task: str) -> bool:
        """Return whether this episode was the last to begin, and has not ended; and no other."""
        now, last = self.standing, self._events[-1]
        alone = now.reset_at is not None and not now.unsafe
        return (
            alone
            and now.unfinished == (f"{run}/{task}",)
            and (last["event"], last.get("run"), last.get("task")) == ("begin", run, task)
        )

    def begun(self, run: str, task: str) -> bool:
        """Return whether an episode of this name has begun since the last reset."""
        since = _since_reset(self._events)
        return any(
            (each["event"], each.get("run"), each.get("task")) == ("begin", run, task)
            for each in since
        )

    def was_reset(self, *, by: str) -> None:
        """Note that the instance is in its first state now; ``by`` is ``server`` or ``hand``."""
        self._add("reset", by=by)

    def begin(self, run: str, task: str) -> None:
        """Note that an episode begins, before its first request."""
        self._add("begin", run=run, task=task)

    def end(self, run: str, task: str, unsafe: Sequence[str]) -> None:
        """Note that an episode ended.

        Args:
            run: its run.
            task: its task.
            unsafe: every request it sent that may have changed something, e.g. ``POST /cart``.
        """
        self._add("end", run=run, task=task, unsafe=len(unsafe), requests=list(unsafe[:KEPT]))

    def close(self) -> None:
        """Let another run have the instance; closing twice is harmless."""
        self._log.close()

    def _add(self, event: str, **more: Any) -> None:
        entry = {"event": event, "at": self._now().isoformat(timespec="seconds"), **more}
        self._log.append(json.dumps(entry, ensure_ascii=False))
        self._events.append(entry)


def log_file(instance: Instance) -> Path:
    """Return the file of an instance's log; its name is a hash of the sites' addresses."""
    sites = {site: url for site, url in instance.addresses.items() if site != HOMEPAGE}
    key = hashlib.sha256(json.dumps(sites, sort_keys=True).encode()).hexdigest()[:16]
    return home() / "webarena" / f"{key}.jsonl"


def _read(path: Path) -> list[Mapping[str, Any]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    try:
        events = [json.loads(line) for line in lines]
        usable = all(isinstance(event["event"], str) for event in events)
    except (ValueError, TypeError, KeyError):
        usable = False
    if not usable:
        raise RecordError(
            f"{path} is damaged, so the instance's state is unknown: reset it, then remove the file"
        )
    return events


def _standing(events: Sequence[Mapping[str, Any]]) -> Standing:
    """Return what a log says, from its last reset on."""
    since = _since_reset(events)
    resets = [event for event in events if event["event"] == "reset"]
    running: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    for event in since:
        name = f"{event.get('run')}/{event.get('task')}"
        if event["event"] == "begin":
            running[name] += 1
        elif event["event"] == "end":
            running[name] -= 1
            changed[name] += event["unsafe"]
    last_reset = resets[-1] if resets else {}
    return Standing(
        reset_at=last_reset.get("at"),
        reset_by=last_reset.get("by", ""),
        unsafe=sum(changed.values()),
        episodes=tuple(name for name, unsafe in changed.items() if unsafe),
        # Begun more often than ended: a kill came between.
        unfinished=tuple(name for name, times in running.items() if times > 0),
    )


def _since_reset(events: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    resets = [at for at, event in enumerate(events) if event["event"] == "reset"]
    return events[resets[-1] + 1 :] if resets else events


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more
