"""The judges of the local suite's tasks: ready when they are first needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from env.judging import Judge
from env.localweb.database_judge import DatabaseJudge
from env.localweb.replica import Replica
from env.verified.evaluator import VerifiedEvaluator
from env.verified.judge import VerifiedJudge
from env.webarena.libwebarena_judge import LibwebarenaJudge
from webpilot.closing import Closing

__all__ = ["Judges"]


class Judges(Closing):
    """An independent query of the applications' data, and two evaluators of others."""

    def __init__(self, replica: Callable[[], Replica]) -> None:
        """Judge what is committed on a replica, which is asked for when it is needed."""
        self._replica = replica
        self._evaluator: VerifiedEvaluator | None = None
        self._made: dict[str, Judge] = {}

    def ready(self, names: Iterable[str]) -> Mapping[str, Judge]:
        """Return the judges of these names.

        Raises:
            ConfigError: what one of them needs is not installed; the message names the mend.
        """
        makers: Mapping[str, Callable[[], Judge]] = {
            "database": lambda: DatabaseJudge(self._replica()),
            "libwebarena": lambda: LibwebarenaJudge(untrained=True),
            "verified": self._verified,
        }
        for name in names:
            if name not in self._made:
                self._made[name] = makers[name]()
        return {name: self._made[name] for name in names}

    def close(self) -> None:
        """End the evaluator's process; closing twice is harmless."""
        if self._evaluator is not None:
            self._evaluator.close()

    def _verified(self) -> Judge:
        self._evaluator = VerifiedEvaluator()
        return VerifiedJudge(self._evaluator)
