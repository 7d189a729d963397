"""A run starts on a whole instance only, and every fault of another one is named with its mend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from env.webarena import readiness, tokenizer
from env.webarena.catalogue import WebArenaTask, read
from env.webarena.fake import FakeInstance
from env.webarena.instance import Instance
from env.webarena.readiness import checks, doctor_checks, refuse
from env.webarena.tokenizer import make_untrained
from webpilot.checks import Check
from webpilot.errors import ConfigError


def task(number: int, site: str, **answers: Any) -> WebArenaTask:
    judged = {
        "eval_types": ["string_match"],
        "reference_answers": answers or {"exact_match": "a"},
        "reference_url": "",
        "program_html": [],
    }
    return read(
        {
            "sites": [site],
            "task_id": number,
            "start_url": f"__{site.upper()}__",
            "intent": "Do it",
            "intent_template_id": number,
            "eval": judged,
        }
    )


PLAIN = (task(1, "shopping"), task(2, "reddit"))


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra counts as installed, and nothing of this machine's is found or written."""
    monkeypatch.setenv("WEBPILOT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(readiness, "tasks_file", lambda: tmp_path / "test.raw.json")
    monkeypatch.setattr(tokenizer, "SYSTEM_FOLDERS", ())


@pytest.fixture
def fake() -> Iterator[FakeInstance]:
    with FakeInstance() as instance:
        yield instance


def found(environ: Mapping[str, str], *tasks: WebArenaTask) -> dict[str, Check]:
    instance = Instance.from_environment(environ)
    return {check.name: check for check in checks(instance, tasks or PLAIN, timeout=10.0)}


def wrong(environ: Mapping[str, str], *tasks: WebArenaTask) -> list[Check]:
    return [check for check in found(environ, *tasks).values() if not check.ok]


def test_a_whole_instance_may_be_run_on(fake: FakeInstance) -> None:
    assert wrong(fake.environ) == []
    refuse(list(found(fake.environ).values()))
    assert found(fake.environ)["WebArena gitlab"].detail.endswith("answers as GitLab")


@pytest.mark.parametrize("other", ["shopping", "shopping_admin", "gitlab", "map", "wikipedia"])
def test_an_address_that_answers_with_another_site_is_named(fake: FakeInstance, other: str) -> None:
    fake.answer_as("reddit", other)
    (check,) = wrong(fake.environ)
    assert check.name == "WebArena reddit"
    assert f"which is {other}, not as Postmill" in check.detail
    assert "WA_REDDIT" in check.mend


@pytest.mark.parametrize(
    "site", ["shopping", "shopping_admin", "reddit", "gitlab", "map", "wikipedia"]
)
def test_no_site_passes_for_another_one(fake: FakeInstance, site: str) -> None:
    other = "wikipedia" if site == "map" else "map"
    fake.answer_as(site, other)
    (check,) = wrong(fake.environ)
    assert check.name == f"WebArena {site}"
    assert f"which is {other}" in check.detail


def test_the_admin_panels_address_without_its_path_is_the_storefront(fake: FakeInstance) -> None:
    check = wrong({**fake.environ, "WA_SHOPPING_ADMIN": fake.url("shopping")})[0]
    assert "Magento's storefront, which is shopping, not as Magento's admin panel" in check.detail


def test_a_page_of_no_known_application_is_not_the_site(fake: FakeInstance) -> None:
    fake.answer_as("gitlab", "homepage")
    (check,) = wrong(fake.environ)
    assert "does not answer as GitLab" in check.detail


def test_a_site_that_sends_on_to_another_place_is_told(fake: FakeInstance) -> None:
    # Magento and GitLab keep a base address of their own, which a moved instance still has.
    elsewhere = fake.url("map").replace("127.0.0.1", "localhost")
    fake.send_on("shopping", elsewhere)
    (check,) = wrong(fake.environ)
    assert f"sends on to {elsewhere}" in check.detail


def test_dead_and_broken_sites_are_told_apart(fake: FakeInstance) -> None:
    fake.die("map")
    fake.fail("reddit", 502)
    details = {check.name: check.detail for check in wrong(fake.environ)}
    assert "does not answer (" in details["WebArena map"]
    assert "status 502" in details["WebArena reddit"]
    assert len(details) == 2


@pytest.mark.parametrize("address", ["", "reddit.com", "ftp://reddit", 'http://a/"b', "http://:80"])
def test_an_address_that_is_none_is_refused_without_asking(
    fake: FakeInstance, address: str
) -> None:
    (check,) = wrong({**fake.environ, "WA_REDDIT": address})
    assert "WA_REDDIT" in check.detail
    assert check.mend.startswith("export WA_REDDIT=")


def test_a_site_that_is_not_there_may_be_left_out_by_tasks_that_do_not_need_it(
    fake: FakeInstance,
) -> None:
    environ = {**fake.environ, "WA_MAP": "todo"}
    assert wrong(environ) == []
    (check,) = wrong(environ, task(3, "map"))
    assert check.name == "WebArena map"


def test_a_homepage_that_does_not_answer_stops_nothing(fake: FakeInstance) -> None:
    fake.die("homepage")
    (check,) = wrong(fake.environ)
    assert (check.name, check.required) == ("WebArena homepage", False)
    refuse(list(found(fake.environ).values()))


def test_a_reset_server_that_is_busy_broken_or_dead_stops_the_run(fake: FakeInstance) -> None:
    fake.reset_takes(100)
    fake.start_reset()
    assert "says 'Resetting'" in wrong(fake.environ)[0].detail
    fake.reset_fails(500)
    assert "with status 500" in wrong(fake.environ)[0].detail
    fake.die("reset")
    assert "does not answer" in wrong(fake.environ)[0].detail
    assert wrong(fake.environ)[0].required


def test_without_a_reset_server_a_clean_instance_may_still_be_run_on(fake: FakeInstance) -> None:
    (check,) = wrong({**fake.environ, "WA_FULL_RESET": ""})
    assert (check.name, check.required) == ("WebArena reset", False)


@pytest.mark.parametrize(
    ("answers", "asked"),
    [({"fuzzy_match": ["a"]}, 1), ({"fuzzy_match": "N/A"}, 1), ({"exact_match": "a"}, 0)],
)
def test_a_key_is_needed_where_a_judge_asks_a_model(
    fake: FakeInstance, answers: dict[str, Any], asked: int
) -> None:
    told = wrong(fake.environ, task(1, "shopping", **answers))
    assert len(told) == asked
    assert all("OPENAI_API_KEY" in check.mend for check in told)
    assert wrong({**fake.environ, "OPENAI_API_KEY": "k"}, task(1, "shopping", **answers)) == []


def test_who_is_asked_is_told_and_the_key_is_not(fake: FakeInstance) -> None:
    environ = {**fake.environ, "OPENAI_API_KEY": "sk-secret", "OPENAI_BASE_URL": "http://judge/v1"}
    check = found(environ, task(1, "shopping", fuzzy_match=["a"]))["WebArena judge"]
    assert "gpt-4-1106-preview at http://judge/v1" in check.detail
    assert "sk-secret" not in repr(check)


def test_official_tasks_need_the_trained_tokenizer_where_they_need_one(
    fake: FakeInstance, tmp_path: Path
) -> None:
    counting = task(1, "shopping", must_include=["0"])
    environ = {**fake.environ, "NLTK_DATA": str(tmp_path / "nltk")}
    assert "no punkt_tab" in wrong(environ, counting)[0].detail
    make_untrained()
    assert "untrained stand-in" in wrong(environ, counting)[0].detail
    assert wrong(environ, task(1, "shopping", must_include=["10"])) == []
    data = tmp_path / "nltk" / "tokenizers" / "punkt_tab" / "english"
    data.mkdir(parents=True)
    for name in ("abbrev_types.txt", "collocations.tab", "ortho_context.tab", "sent_starters.txt"):
        (data / name).write_text("u.s\n")
    assert wrong(environ, counting) == []


def test_additional_headers_reach_the_sites(fake: FakeInstance, tmp_path: Path) -> None:
    fake.demand("X-Access", "token")
    assert {check.name for check in wrong(fake.environ)} >= {"WebArena gitlab", "WebArena map"}
    file = tmp_path / "headers.json"
    file.write_text('{"X-Access": "token"}')
    assert wrong({**fake.environ, "PW_EXTRA_HEADERS": str(file)}) == []


@pytest.mark.parametrize("text", [None, "[]", '{"a": 1}', "not json"])
def test_headers_that_cannot_be_read_are_told(
    fake: FakeInstance, tmp_path: Path, text: str | None
) -> None:
    file = tmp_path / "headers.json"
    if text is not None:
        file.write_text(text)
    (check,) = wrong({**fake.environ, "PW_EXTRA_HEADERS": str(file)})
    assert str(file) in check.detail


def test_a_half_configured_instance_is_refused_with_every_fault_in_one_line(
    fake: FakeInstance,
) -> None:
    fake.answer_as("reddit", "gitlab")
    environ = {key: value for key, value in fake.environ.items() if key != "WA_MAP"}
    with pytest.raises(ConfigError) as caught:
        refuse(list(found(environ).values()))
    told = str(caught.value)
    assert "\n" not in told
    assert "WebArena map: WA_MAP is not set (export WA_MAP=" in told
    assert "answers as GitLab, which is gitlab, not as Postmill" in told


def test_doctor_says_that_there_is_no_instance_and_needs_none() -> None:
    told = doctor_checks({})
    assert [check.required for check in told] == [False] * len(told)
    assert told[-1].detail == "skipped: no WebArena instance"


def test_doctor_asks_the_sites_that_are_named(fake: FakeInstance) -> None:
    fake.answer_as("map", "reddit")
    told = {check.name: check for check in doctor_checks(fake.environ)}
    assert told["WebArena reddit"].ok
    assert not told["WebArena map"].ok
    assert not any(check.required for check in told.values())


def test_doctor_misses_the_extra_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> Path:
        raise ConfigError("missing")

    monkeypatch.setattr(readiness, "tasks_file", absent)
    assert doctor_checks({})[0].mend == "make webarena"
