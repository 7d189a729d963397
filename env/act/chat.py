"""What agent and user say to each other, in BrowserGym's format."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from env.act.hands import Failed
from webpilot.types import Argument

__all__ = ["Chat", "report_infeasible", "send_msg_to_user"]

KEPT = ("user", "user_image", "assistant", "infeasible")
ROLES = (*KEPT, "info")


class Chat:
    """The messages of one episode."""

    def __init__(self, *, now: Callable[[], float] = time.time) -> None:
        """Begin without a message.

        Args:
            now: seconds since 1970, for the time stamps.
        """
        self.messages: list[dict[str, Any]] = []
        """Each with ``role``, ``timestamp`` and ``message``, oldest first."""
        self.infeasible = False
        """Whether the agent has reported that the task cannot be done."""
        self._now = now

    def add_message(self, role: str, msg: str) -> None:
        """Take a message; ``info`` is shown by BrowserGym and kept nowhere.

        Raises:
            ValueError: there is no such role.
        """
        if role not in ROLES:
            raise ValueError(f"Invalid role: {role}")
        if role in KEPT:
            self.messages.append({"role": role, "timestamp": self._now(), "message": msg})
        if role == "infeasible":
            self.infeasible = True


def send_msg_to_user(chat: Chat, text: Argument) -> None:
    """Say something to the user."""
    chat.add_message("assistant", _text(text))


def report_infeasible(chat: Chat, reason: Argument) -> None:
    """Say that the task cannot be done."""
    chat.add_message("infeasible", _text(reason))


def _text(value: Argument) -> str:
    if not isinstance(value, str):
        raise Failed(f"ValueError: Forbidden value: {value} is not a string")
    return value
