"""A task's goal as BrowserGym tells it: as messages, and in the chat."""

from __future__ import annotations

from typing import Any

from env.act.chat import Chat

__all__ = ["goal_messages", "greet"]

GREETING = "Hi! I am your UI assistant, I can perform web tasks for you. What can I help you with?"

Message = dict[str, Any]


def goal_messages(goal: Any) -> list[Message]:
    """Return what a task's set-up gave as a list of messages in OpenAI's style.

    Raises:
        ValueError: it is neither a text nor such a list.
    """
    if goal is None:
        return []
    if isinstance(goal, str):
        return [{"type": "text", "text": goal}]
    if isinstance(goal, list):
        return goal
    raise ValueError(f"task_goal should be of type str or list, got {goal.__class__}")


def greet(chat: Chat, goal: list[Message]) -> None:
    """Begin the conversation: our greeting, then the goal in the user's words and pictures.

    Raises:
        ValueError: a message of the goal is of an unknown type.
    """
    chat.add_message("assistant", GREETING)
    for message in goal:
        match message["type"]:
            case "text":
                chat.add_message("user", message["text"])
            case "image_url":
                source = message["image_url"]
                address = source["url"] if isinstance(source, dict) else source
                chat.add_message("user_image", address)
            case other:
                raise ValueError(f"Unknown message type {other!r} in the task goal.")
