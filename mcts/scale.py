"""The one place where appraisals become values (decision 13). Unscored is ``None``, never 0."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from webpilot.types import Appraisal

if TYPE_CHECKING:
    from mcts.config import SearchConfig

__all__ = ["paper_scale", "score", "total", "webpilot_scale"]


def total(appraisal: Appraisal | None, config: SearchConfig) -> float | None:
    """Return ``w_eff * S_eff + w_fut * S_fut`` in [0, 10], or ``None`` where either is missing."""
    if appraisal is None or appraisal.effectiveness is None or appraisal.future_promise is None:
        return None
    weighted = config.w_eff * appraisal.effectiveness + config.w_fut * appraisal.future_promise
    return min(10.0, max(0.0, float(weighted)))


def paper_scale(points: float, depth: int, config: SearchConfig) -> float:
    """Return the appraisal's total as it is, in [0, 10]; length costs nothing."""
    del depth, config
    return points


def webpilot_scale(points: float, depth: int, config: SearchConfig) -> float:
    """Return the calibrated share in [0, 1], less ``step_cost`` for each action on the way.

    ``config.calibration`` maps totals to shares, linear in between: a judge that scores generously
    is corrected there and nowhere else.
    """
    known, share = zip(*config.calibration, strict=True)
    return float(max(0.0, np.interp(points, known, share) - config.step_cost * depth))


def score(appraisal: Appraisal | None, depth: int, config: SearchConfig) -> float | None:
    """Return the appraisal in the searcher's scale after ``depth`` actions, ``None`` unscored."""
    points = total(appraisal, config)
    return None if points is None else config.scale(points, depth, config)
