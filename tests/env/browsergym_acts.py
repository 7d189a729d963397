"""BrowserGym's own environment acting on pages of ours; runs in a process of its own.

Reads ``[{page, actions, delay}]`` from standard input and writes one line of JSON per script: what
there is to see after each action.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from browsergym.core.action.highlevel import HighLevelActionSet
from browsergym.core.env import BrowserEnv
from browsergym.core.task import OpenEndedTask
from browsergym.utils.obs import IGNORED_AXTREE_ROLES, flatten_axtree_to_str

from env.miniwob.reference import browsers_folder

IGNORED = [*IGNORED_AXTREE_ROLES, "InlineTextBox"]
SETS = ["chat", "infeas", "bid", "coord", "nav", "tab"]
PROBE = "() => typeof probe === 'function' ? probe() : document.title"


def acted(script: dict[str, Any]) -> list[dict[str, Any]]:
    env = BrowserEnv(
        task_entrypoint=OpenEndedTask,
        task_kwargs={"start_url": script["page"], "goal": "none"},
        viewport={"width": 800, "height": 600},
        slow_mo=0,
        timeout=script["timeout_ms"],
        pre_observation_delay=script["delay"],
        terminate_on_infeasible=False,
        action_mapping=HighLevelActionSet(SETS).to_python_code,
    )
    env.reset(seed=0)
    env.page.evaluate(PROBE)
    said: list[dict[str, Any]] = []
    for action in script["actions"]:
        seen, *_ = env.step(action)
        said.append(
            {
                "error": seen["last_action_error"],
                "text": flatten_axtree_to_str(seen["axtree_object"], ignored_roles=IGNORED),
                "focused": seen["focused_element_bid"],
                "addresses": list(seen["open_pages_urls"]),
                "front": int(seen["active_page_index"][0]),
                "chat": [[one["role"], one["message"]] for one in seen["chat_messages"][2:]],
                "probe": env.page.evaluate(PROBE),
            }
        )
    env.close()
    return said


def main() -> None:
    browsers_folder()
    for script in json.load(sys.stdin):
        print(json.dumps(acted(script)), flush=True)


if __name__ == "__main__":
    main()
