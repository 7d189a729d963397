"""Page scripts: the ``.js`` files of this package and the DevTools calls that run them."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from env.link.session import Call, Reply
from webpilot.errors import EnvironmentDown

__all__ = ["evaluation", "result", "source"]


@cache
def source(*names: str) -> str:
    """Return the text of the named scripts, one after another."""
    return "\n".join(files("env.page").joinpath(f"{name}.js").read_text("utf-8") for name in names)


def evaluation(
    scripts: tuple[str, ...], function: str, *arguments: object, context: int | None = None
) -> Call:
    """Return the call that runs one function of the scripts on JSON arguments.

    ``context`` is an execution context id; ``None`` is the main frame's own world.
    """
    written = ", ".join(json.dumps(argument) for argument in arguments)
    parameters: dict[str, Any] = {
        "expression": f"(() => {{{source(*scripts)}\nreturn {function}({written});}})()",
        "returnByValue": True,
        "userGesture": True,
    }
    if context is not None:
        parameters["contextId"] = context
    return "Runtime.evaluate", parameters


def result(reply: Reply) -> Any:
    """Return the value a script computed.

    Raises:
        EnvironmentDown: the page broke the script, e.g. by replacing a built-in it needs.
    """
    if "exceptionDetails" in reply:
        details = reply["exceptionDetails"]
        text = details.get("exception", {}).get("description") or details.get("text", "")
        raise EnvironmentDown(f"a script failed in the page: {text.splitlines()[0][:300]}")
    return reply["result"].get("value")
