"""libwebarena's own evaluators as a judge: its verdicts, what they need, and what is refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from env.judging import Ending
from env.link.thread import BrowserThread
from env.server import PageServer
from env.webarena import tokenizer
from env.webarena.library import library
from env.webarena.libwebarena_judge import LibwebarenaJudge
from env.webarena.sites import HOMEPAGE, SITES
from webpilot.errors import ConfigError, SiteDown
from webpilot.llm.loopback import ModelServer
from webpilot.responses import TypedResponse
from webpilot.verdict import Opinion

VIEWPORT = {"width": 800, "height": 600}
PAGES = {
    "/basket.html": b"<title>Basket</title><ul id=items><li>3 x Blue &amp; green mug</li></ul>"
    b"<p>Total $19.99</p><input id=note value='gift'>",
    "/empty.html": b"<title>Empty</title><ul id=items></ul>",
    "/orders/7.html": b"<title>Order 7</title><h1>Order 7</h1>",
}
JUDGE = LibwebarenaJudge(untrained=True)
Ask = Callable[..., Opinion]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of our own pages, without a slash at the end."""
    with PageServer(tmp_path_factory.mktemp("pages"), extra=PAGES) as serving:
        yield serving.url.rstrip("/")


@pytest.fixture(autouse=True)
def untrained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No tokenizer data are found on this machine but those that we make."""
    monkeypatch.setenv("WEBPILOT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NLTK_DATA", raising=False)
    monkeypatch.setattr(tokenizer, "SYSTEM_FOLDERS", ())


@pytest.fixture(scope="module")
def thread() -> Iterator[BrowserThread]:
    with BrowserThread() as started:
        yield started


@pytest.fixture
def ask(thread: BrowserThread, server: str) -> Ask:
    """Return the opinion on an ending at one of our pages."""

    def asked(
        evaluation: Mapping[str, Any],
        *,
        at: str = "/basket.html",
        answer: str = "",
        tabs: tuple[str, ...] = (),
        judge: Any = JUDGE,
        sites: Mapping[str, str] | None = None,
    ) -> Opinion:
        task = definition(evaluation)

        def do() -> Opinion:
            window = thread.browser().open_window(VIEWPORT)
            try:
                for url in tabs:
                    window.active.page.goto(url)
                    window.open()
                page = window.active.page
                page.goto(server + at)
                before = len(page.context.pages)
                opinion = judge(task, ending(page, answer, sites or {"shopping": server}))
                assert len(page.context.pages) == before
                return opinion
            finally:
                window.close()

        return thread.submit(do).result()

    return asked


def ending(page: Any, answer: str, sites: Mapping[str, str]) -> Ending:
    response = TypedResponse(task_type="NAVIGATE")
    return Ending(page=page, answer=answer, response=response, har=None, sites=sites)


def definition(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    judged = {
        "reference_answers": None,
        "reference_url": "",
        "program_html": [],
        "string_note": "",
        **evaluation,
    }
    return {
        "sites": ["shopping"],
        "task_id": 1,
        "start_url": "http://shopping",
        "intent": "How much is it?",
        "intent_template_id": 1,
        "eval": judged,
    }


def string(**answers: Any) -> dict[str, Any]:
    return {"eval_types": ["string_match"], "reference_answers": answers}


def html(*targets: Mapping[str, Any]) -> dict[str, Any]:
    return {"eval_types": ["program_html"], "program_html": list(targets)}


def target(url: str, locator: str, **required: Any) -> dict[str, Any]:
    return {"url": url, "locator": locator, "required_contents": required}


STRINGS = [
    (string(exact_match="19.99"), "19.99", 1),
    (string(exact_match="Yes"), " 'yes' ", 1),
    (string(exact_match="19.99"), "$19.99", 0),
    (string(exact_match="N/A"), "N/A", 1),
    (string(exact_match="N/A"), "it cannot be done", 0),
    (string(must_include=["19.99"]), "It is $119.99.", 1),
    (string(must_include=["19.99", "mug"]), "a mug for 19.99", 1),
    (string(must_include=["19.99", "mug"]), "a cup for 19.99", 0),
    # One reference of one character is looked for among the words.
    (string(must_include=["0"]), "There are 0 reviews.", 1),
    (string(must_include=["0"]), "There are 10 reviews.", 0),
    (string(must_include=["0", "1"]), "There are 10 reviews.", 1),
    (string(exact_match=""), "", 1),
]


@pytest.mark.parametrize(("evaluation", "answer", "score"), STRINGS)
def test_an_answer_is_judged_as_webarena_judges_it(
    ask: Ask, evaluation: dict[str, Any], answer: str, score: float
) -> None:
    opinion = ask(evaluation, answer=answer)
    assert (opinion.judge, opinion.score) == ("libwebarena", score)
    assert opinion.reason == ("" if score else "string_match gave 0")


@pytest.mark.parametrize(
    ("reference", "at", "score"),
    [
        ("{}/orders/7", "/orders/7.html", 1),
        ("{}/orders/7.html/", "/orders/7.html", 1),
        ("{}/orders", "/orders/7.html", 1),  # the reference need only be a part
        ("{}/orders/8", "/orders/7.html", 0),
        ("{}/orders/8 |OR| {}/orders/7", "/orders/7.html", 1),
        ("{}/orders/7.html?page=2", "/orders/7.html?size=9&page=2", 1),
        ("{}/orders/7.html?page=2", "/orders/7.html?page=3", 0),
    ],
)
def test_an_address_is_judged_as_webarena_judges_it(
    ask: Ask, server: str, reference: str, at: str, score: float
) -> None:
    evaluation = {"eval_types": ["url_match"], "reference_url": reference.replace("{}", server)}
    assert ask(evaluation, at=at).score == score


def test_an_address_that_a_script_changed_is_judged_as_it_stands(
    thread: BrowserThread, server: str
) -> None:
    evaluation = {"eval_types": ["url_match"], "reference_url": f"{server}/orders/7"}

    def do() -> float:
        window = thread.browser().open_window(VIEWPORT)
        try:
            page = window.active.page
            page.goto(server + "/basket.html")
            # By a connection of our own, of which Playwright hears only when it listens.
            window.active.session.evaluate("location.assign('/orders/7.html')")
            return JUDGE(definition(evaluation), ending(page, "", {"shopping": server})).score
        finally:
            window.close()

    assert thread.submit(do).result() == 1


@pytest.mark.parametrize(
    ("locator", "required", "score"),
    [
        ("", {"must_include": ["Blue & green mug"]}, 1),
        ("document.querySelector('#items').innerText", {"must_include": ["3 x", "mug"]}, 1),
        ("document.querySelector('#items').innerText", {"must_include": ["4 x |OR| 3 x"]}, 1),
        ("document.querySelector('#items').innerText", {"must_include": ["4 x"]}, 0),
        ("document.querySelector('#note').value", {"exact_match": "gift"}, 1),
        ("document.querySelector('#absent').value", {"exact_match": "gift"}, 0),
        ("[...document.querySelectorAll('li')].length", {"exact_match": "1"}, 1),
    ],
)
def test_the_page_in_front_is_judged_as_webarena_judges_it(
    ask: Ask, locator: str, required: dict[str, Any], score: float
) -> None:
    assert ask(html(target("last", locator, **required))).score == score


def test_a_page_of_its_own_is_looked_at_in_a_tab_of_its_own(ask: Ask, server: str) -> None:
    """The page in front is another one; the tab is closed again (``ask`` counts them)."""
    looked = target(f"{server}/basket.html", "", must_include=["19.99"])
    assert ask(html(looked), at="/empty.html").score == 1
    wrong = target(f"{server}/empty.html", "", must_include=["19.99"])
    assert ask(html(target("last", "", must_include=["19.99"]), wrong)).score == 0


def test_every_evaluation_that_a_task_names_must_be_content(ask: Ask, server: str) -> None:
    both = {
        "eval_types": ["string_match", "url_match"],
        "reference_answers": {"exact_match": "7"},
        "reference_url": f"{server}/orders/7",
    }
    assert ask(both, at="/orders/7.html", answer="7").score == 1
    assert ask(both, at="/orders/7.html", answer="8").score == 0
    assert ask(both, at="/empty.html", answer="7").reason == "string_match and url_match gave 0"


def test_nothing_is_won_while_a_tab_is_open_off_the_sites(ask: Ask, tmp_path: Path) -> None:
    with PageServer(tmp_path, extra={"/a.html": b"elsewhere"}) as elsewhere:
        place = elsewhere.url.split("/")[2]
        opinion = ask(string(exact_match="a"), answer="a", tabs=(elsewhere.url + "a.html",))
        assert (opinion.score, opinion.reason) == (0, f"a tab is open off the sites, at {place}")
    assert ask(string(exact_match="a"), answer="a", tabs=("about:blank",)).score == 1


def test_the_verdicts_are_those_of_browsergyms_task(
    ask: Ask, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenizer.make_untrained()
    monkeypatch.setenv("NLTK_DATA", str(tokenizer.stand_in()))
    for site in (*SITES, HOMEPAGE):
        monkeypatch.setenv(site.upper(), server)
    cases = [(evaluation, answer) for evaluation, answer, _ in STRINGS]
    cases += [
        ({"eval_types": ["url_match"], "reference_url": f"{server}/basket"}, ""),
        ({"eval_types": ["url_match"], "reference_url": f"{server}/orders"}, ""),
        (html(target("last", "", must_include=["19.99"])), ""),
    ]
    ours = [ask(evaluation, answer=answer).score for evaluation, answer in cases]

    def theirs(task: Mapping[str, Any], ended: Ending) -> Opinion:
        from browsergym.webarena.task import GenericWebArenaTask
        from webarena.evaluation_harness.evaluators import evaluator_router

        file = Path(os.environ["HOME"]) / "task.json"
        file.write_text(json.dumps(task))
        itself = SimpleNamespace(
            webarena_instance=SimpleNamespace(urls=ended.sites, home_url=server),
            evaluator=evaluator_router(str(file)),
            config_file=str(file),
        )
        said = [{"role": "assistant", "message": ended.answer}]
        score, done, _, _ = GenericWebArenaTask.validate(itself, ended.page, said)
        assert done
        return Opinion(judge="browsergym", score=score)

    assert [ask(each, answer=answer, judge=theirs).score for each, answer in cases] == ours
    assert {0.0, 1.0} == set(ours)


def test_a_task_that_a_model_judges_is_refused_without_a_key_and_never_scored(ask: Ask) -> None:
    for reference in (["about 20"], "N/A"):
        with pytest.raises(ConfigError, match="export OPENAI_API_KEY") as caught:
            ask(string(fuzzy_match=reference), answer="N/A")
        assert "gpt-4-1106-preview" in str(caught.value)


def test_a_model_is_asked_where_the_task_says_so(
    ask: Ask, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = {"answer": "incorrect"}
    with ModelServer(lambda request: said["answer"]) as model:
        monkeypatch.setenv("OPENAI_API_KEY", "any")
        monkeypatch.setenv("OPENAI_BASE_URL", model.url)
        forget_client(server)
        fuzzy = string(fuzzy_match=["about 20"])
        assert ask(fuzzy, answer="19.99").score == 0
        said["answer"] = "This is correct."
        assert ask(fuzzy, answer="19.99").score == 1
        said["answer"] = "I would rather not say."
        assert ask(fuzzy, answer="19.99").score == 0  # BrowserGym's rule for an AssertionError
        assert {body["model"] for body in model.bodies} == {"gpt-4-1106-preview"}
        asked = len(model.bodies)
        assert ask(string(fuzzy_match="N/A"), answer="N/A").score == 1
        assert len(model.bodies) == asked
    with pytest.raises(SiteDown, match="libwebarena could not look at a page"):
        ask(fuzzy, answer="19.99")
    forget_client(server)


def forget_client(server: str) -> None:
    library({"shopping": server}).model._client = None


def test_a_page_that_does_not_load_is_the_sites_fault_and_no_score(
    ask: Ask, server: str, tmp_path: Path
) -> None:
    with PageServer(tmp_path) as gone:
        url = gone.url + "a.html"
    with pytest.raises(SiteDown, match="ERR_CONNECTION_REFUSED"):
        ask(html(target(url, "", must_include=["a"])))


def test_official_tasks_are_not_judged_with_the_untrained_tokenizer(ask: Ask) -> None:
    tokenizer.make_untrained()
    official = LibwebarenaJudge()
    with pytest.raises(ConfigError, match="nltk.downloader punkt_tab"):
        ask(string(must_include=["0"]), answer="0", judge=official)
    assert ask(string(must_include=["00"]), answer="00", judge=official).score == 1


@contextmanager
def shop_with_a_review(percent: int) -> Iterator[str]:
    """Yield the address of a shop's own interface, as libwebarena asks it."""
    review = {"ratings": [{"rating_name": "Rating", "percent": percent}]}

    class Interface(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.answer("token")

        def do_GET(self) -> None:
            self.answer([review])

        def answer(self, value: object) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(value).encode())

        def log_message(self, format: str, *values: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Interface) as serving:
        threading.Thread(target=serving.serve_forever, args=(0.05,)).start()
        try:
            yield f"http://127.0.0.1:{serving.server_port}"
        finally:
            serving.shutdown()


def test_one_process_judges_by_one_set_of_addresses_after_another(ask: Ask, server: str) -> None:
    rating = target("last", "func:shopping_get_sku_latest_review_rating('B1')", exact_match="80")
    with shop_with_a_review(80) as good, shop_with_a_review(40) as bad:
        for shop, score in ((good, 1), (bad, 0), (good, 1)):
            sites = {"shopping": shop, "wikipedia": server}
            assert ask(html(rating), sites=sites).score == score


def test_importing_libwebarena_leaves_no_trace_of_its_addresses(server: str) -> None:
    variables, modules = dict(os.environ), set(sys.modules)
    first, second = (library({"shopping": server, "reddit": f"{server}/{n}"}) for n in "ab")
    assert first.evaluators is not second.evaluators
    assert dict(os.environ) == variables
    assert not [name for name in set(sys.modules) - modules if name.startswith("webarena")]


def test_addresses_that_were_not_filled_in_are_refused(ask: Ask) -> None:
    evaluation = {"eval_types": ["url_match"], "reference_url": "__SHOPPING__/orders"}
    with pytest.raises(ConfigError, match="left open: __SHOPPING__"):
        ask(evaluation)


def test_without_the_extra_no_judge_is_made_and_the_command_that_brings_it_is_told() -> None:
    code = (
        "import importlib.util as finding\n"
        "there = finding.find_spec\n"
        "finding.find_spec = lambda name: None if name == 'webarena' else there(name)\n"
        "from env.webarena.libwebarena_judge import LibwebarenaJudge\n"
        "from webpilot.errors import ConfigError\n"
        "try:\n    LibwebarenaJudge()\n"
        "except ConfigError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("run `make webarena`\n")
