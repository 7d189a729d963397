"""WebArena-Verified: its tasks, its evaluator and its packager, in an environment of their own."""

from __future__ import annotations

from env.verified.catalogue import Catalogue, VerifiedTask
from env.verified.evaluator import VerifiedEvaluator
from env.verified.judge import VerifiedJudge
from env.verified.opinion import VerifiedOpinion

__all__ = ["Catalogue", "VerifiedEvaluator", "VerifiedJudge", "VerifiedOpinion", "VerifiedTask"]
