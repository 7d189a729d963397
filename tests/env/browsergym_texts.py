"""BrowserGym's own environment stepping through action scripts; runs in a process of its own.

Reads ``[{task, seed, delay, actions}]`` from standard input and writes one line of JSON per
script: the goal, the text after reset and after each action, and each action's error.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from browsergym.core.action.highlevel import HighLevelActionSet
from browsergym.core.env import BrowserEnv
from browsergym.utils.obs import IGNORED_AXTREE_ROLES, flatten_axtree_to_str

from env.miniwob.catalogue import load, task_classes
from env.miniwob.reference import browsers_folder

IGNORED = [*IGNORED_AXTREE_ROLES, "InlineTextBox"]


def text_of(observation: dict[str, Any]) -> str:
    return str(flatten_axtree_to_str(observation["axtree_object"], ignored_roles=IGNORED))


def stepped(script: dict[str, Any], base_url: str) -> dict[str, Any]:
    env = BrowserEnv(
        task_entrypoint=task_classes()[load(script["task"]).name],
        task_kwargs={"base_url": base_url},
        slow_mo=0,
        pre_observation_delay=script["delay"],
        action_mapping=HighLevelActionSet("miniwob_all").to_python_code,
    )
    observation, _ = env.reset(seed=script["seed"])
    texts, errors, focused = [text_of(observation)], [], [observation["focused_element_bid"]]
    for action in script["actions"]:
        observation, *_ = env.step(action)
        texts.append(text_of(observation))
        errors.append(observation["last_action_error"])
        focused.append(observation["focused_element_bid"])
    env.close()
    return {"texts": texts, "errors": errors, "focused": focused}


def main() -> None:
    browsers_folder()
    request = json.load(sys.stdin)
    for script in request["scripts"]:
        print(json.dumps(stepped(script, request["base_url"])), flush=True)


if __name__ == "__main__":
    main()
