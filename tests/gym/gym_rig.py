"""Tasks on pages of ours, for environments that a client would make of BrowserGym's classes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from browsergym.core.action.highlevel import HighLevelActionSet
from browsergym.core.task import AbstractBrowserTask
from browsergym.utils.obs import flatten_axtree_to_str

from env.gym import FastBrowserEnv
from env.server import PageServer

PAGES = Path(__file__).resolve().parents[1] / "pages"
EVERY = ["chat", "infeas", "bid", "coord", "nav", "tab"]

FORM = """<!doctype html><title>Form</title><body>
<label>Name <input id="name"></label><input type="checkbox" aria-label="Agree">
<select aria-label="City"><option>Oslo</option><option>Rome</option></select>
<button onclick="window.reward = 1; this.textContent = 'Sent'">Send</button>
<a href="other.html">Other</a>
<a href="other.html" target="_blank">Popup</a>
<button onclick="document.title = 'said ' + confirm('Sure?')">Ask</button>
<div id="cover" style="position:relative;width:80px;height:30px"><button>Under</button>
<div style="position:absolute;inset:0" class="lid"></div></div>
<input type="file" aria-label="File" onchange="document.title = this.files[0].name">
<a href="data:text/plain,hello" download="hello.txt">Save</a>
<button onclick="setTimeout(() => this.textContent = 'Later', 300)">Wait</button>
<script>window.reward = 0</script></body>"""
OTHER = "<!doctype html><title>Other</title><body><h1>Elsewhere</h1><input></body>"
TALL = """<!doctype html><title>Tall</title><body style="margin:0"><button>Top</button>
<div style="height:3000px"></div><button>Bottom</button></body>"""


class OwnTask(AbstractBrowserTask):
    """Opens one page; the page's ``reward`` is the reward, and ends the task."""

    def __init__(self, seed: int, url: str, goal: Any = "Do it.") -> None:
        super().__init__(seed)
        self.url, self.goal = url, goal
        self.viewport = {"width": 600, "height": 500}
        self.slow_mo = 0
        self.torn_down = False

    def setup(self, page: Any) -> tuple[Any, dict[str, Any]]:
        page.goto(self.url)
        return self.goal, {"drawn": int(self.random.randint(100))}

    def validate(self, page: Any, chat_messages: Any) -> tuple[float, bool, str, dict[str, Any]]:
        reward = float(page.evaluate("window.reward ?? 0"))
        answered = [one["message"] for one in chat_messages if one["role"] == "assistant"][1:]
        return reward, reward > 0, "Well done." if reward else "", {"answered": answered}

    def teardown(self) -> None:
        self.torn_down = True


def server() -> PageServer:
    """The pages of tests/pages and those of this module."""
    texts = {"form": FORM, "other": OTHER, "tall": TALL}
    extra = {f"/{name}.html": text.encode() for name, text in texts.items()}
    return PageServer(PAGES, extra=extra)


def make(served: PageServer, name: str = "form", **settings: Any) -> FastBrowserEnv:
    """An environment on one of the pages; nothing is loaded yet."""
    subsets = settings.pop("subsets", EVERY)
    kwargs = {"url": f"{served.url}{name}.html", **settings.pop("task_kwargs", {})}
    settings.setdefault(
        "action_mapping", HighLevelActionSet(subsets, multiaction=False).to_python_code
    )
    return FastBrowserEnv(task_entrypoint=OwnTask, task_kwargs=kwargs, **settings)


def text_of(observation: Any) -> str:
    return str(flatten_axtree_to_str(observation["axtree_object"]))


def bid_of(observation: Any, role: str, name: str = "") -> str:
    """Return the bid of the first element with this role, and name if one is given."""
    for node in observation["axtree_object"]["nodes"]:
        told = node["role"]["value"], node.get("name", {}).get("value", "")
        if told[0] == role and name in told[1] and "browsergym_id" in node:
            return str(node["browsergym_id"])
    raise AssertionError(f"no {role} {name!r} in {json.dumps(text_of(observation))}")
