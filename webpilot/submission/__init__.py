"""A finished run in the form that a leaderboard takes. The upload is the user's.

Nothing is sent anywhere: files are written and checked, and the command says what is left to do.
"""

from __future__ import annotations

from webpilot.submission.forms import FORMS, Made, submit

__all__ = ["FORMS", "Made", "submit"]
