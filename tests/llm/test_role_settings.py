"""Which model and endpoint each role has: what may be said of it, and what follows from that."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest
from asking import raw_endpoint, request, sending

from webpilot.budget import Limits
from webpilot.errors import ConfigError, LLMError
from webpilot.llm.chain import chain
from webpilot.llm.endpoints import check_endpoints
from webpilot.llm.faults import FaultServer
from webpilot.llm.loopback import ModelServer
from webpilot.llm.prices import Price
from webpilot.llm.role_settings import ROLES
from webpilot.llm.scripted import ScriptedLLM
from webpilot.llm.settings import ModelSettings
from webpilot.policies import PolicySettings

HERE = "http://127.0.0.1:8000/v1"
THERE = "http://127.0.0.2:9000/v1"
EVERY_ROLE = {role: "adapter" for role in ROLES}


def settings(**told: Any) -> ModelSettings:
    return ModelSettings.of({"model": "base", "base_url": HERE, **told})


def own(of: ModelSettings, role: str) -> ModelSettings:
    return of.roles.get(role, of)


def answered(server: ModelServer) -> list[str]:
    return [body["model"] for body in server.bodies]


def served(text: str, models: tuple[str, ...] | None) -> ModelServer:
    return ModelServer(ScriptedLLM({"propose": text}).answer, models=models)


def refused(of: ModelSettings, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as raised:
        asyncio.run(check_endpoints(of, environment or {}))
    assert "\n" not in str(raised.value)
    return str(raised.value)


def notes(of: ModelSettings) -> tuple[str, ...]:
    return asyncio.run(check_endpoints(of, {}))


def test_a_role_without_an_entry_asks_the_model_of_all() -> None:
    of = settings(roles={"planner": "big", "explorer": {"model": None}, "verifier": None})
    assert own(of, "planner").model == "big"
    assert {own(of, role).model for role in ROLES if role != "planner"} == {"base"}
    assert of.roles.keys() == {"planner"}
    assert own(of, "planner").base_url == HERE
    assert of.names == "base, planner=big"
    assert settings().names == "base"
    assert settings(roles=EVERY_ROLE).names.startswith("planner=adapter, controller=adapter,")


def test_an_entry_changes_what_it_names_and_nothing_else() -> None:
    of = settings(temperature=0.7, roles={"explorer": {"temperature": 1.0, "max_tokens": 64}})
    explorer = own(of, "explorer")
    assert (explorer.model, explorer.temperature, explorer.max_tokens) == ("base", 1.0, 64)
    assert of.temperature == 0.7


def test_what_a_model_costs_and_holds_is_not_taken_for_another_ones() -> None:
    of = settings(
        price={"in": 1, "out": 2},
        context=9_000,
        roles={
            "planner": "gpt-4o-mini",
            "explorer": {"model": "adapter", "price": {"in": 3, "out": 4}},
            "appraiser": {"temperature": 0.0},
        },
    )
    assert own(of, "planner").known_price == Price(tokens_in=0.15, tokens_out=0.6, cached_in=0.075)
    assert own(of, "planner").room > 100_000
    assert own(of, "explorer").known_price == Price(tokens_in=3, tokens_out=4, cached_in=3)
    assert own(of, "appraiser").known_price == of.price
    assert own(of, "appraiser").context == 9_000


def test_a_key_goes_to_no_address_that_does_not_name_it() -> None:
    of = settings(
        roles={
            "planner": {"base_url": THERE},
            "explorer": {"base_url": THERE, "key_env": "THEIR_KEY"},
            "appraiser": {"base_url": "https://api.openai.com/v1"},
            "controller": "adapter",
        }
    )
    keys = {role: own(of, role).key_env for role in ROLES}
    assert keys["planner"] is None
    assert keys["explorer"] == "THEIR_KEY"
    assert {keys[role] for role in ("appraiser", "controller", "verifier")} == {"OPENAI_API_KEY"}


def test_each_endpoint_is_sent_its_own_key_and_one_without_is_sent_none() -> None:
    async def heads() -> dict[str, str]:
        reply = sending(b'{"choices": [{"message": {"content": "yes"}}]}')
        async with raw_endpoint(reply) as one, raw_endpoint(reply) as two, raw_endpoint(reply) as x:
            of = ModelSettings.of(
                {
                    "base_url": one.url,
                    "roles": {
                        "planner": {"base_url": two.url, "key_env": "THEIR_KEY"},
                        "explorer": {"base_url": x.url},
                    },
                }
            )
            llm = chain(of, rng=random.Random(0), environment=environment)
            for role in ("appraiser", "planner", "explorer"):
                await llm.complete(request(role=role))
            await llm.aclose()
            return {"all": one.heads[0], "planner": two.heads[0], "explorer": x.heads[0]}

    environment = {"OPENAI_API_KEY": "sk-ours-1", "THEIR_KEY": "sk-theirs-2"}
    sent = asyncio.run(heads())
    assert "Bearer sk-ours-1\r\n" in sent["all"]
    assert "Bearer sk-theirs-2\r\n" in sent["planner"]
    assert "Bearer no-key-needed\r\n" in sent["explorer"]


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        ({"pilot": "x"}, "llm.roles has no role 'pilot'; it has planner, controller,"),
        ({"planner": {"modle": "x"}}, "llm.roles.planner has no setting 'modle'; it has model,"),
        ({"planner": {"tape": {}}}, "llm.roles.planner has no setting 'tape'"),
        ({"planner": 3}, "llm.roles.planner=3 must be a model's name, or settings"),
        ({"planner": " "}, "llm.roles.planner.model=' ' must be a name"),
        ({"planner": {"temperature": 9}}, "llm.roles.planner.temperature=9 must be a number from"),
        ({"planner": {"base_url": "x"}}, "llm.roles.planner.base_url must be an address"),
        ({"planner": {"price": 3}}, "llm.roles.planner.price=3 must be given key by key"),
        ({"planner": {"price": {"in": 3}}}, "llm.roles.planner.price.out is missing"),
        ({"planner": {"key_env": "sk-secret"}}, "llm.roles.planner.key_env must name a variable"),
        ("planner", "llm.roles='planner' must be given role by role"),
    ],
)
def test_a_bad_entry_is_refused_in_one_line_that_says_where(roles: object, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        settings(roles=roles)
    assert str(raised.value).startswith(said)
    assert "\n" not in str(raised.value)
    assert "sk-secret" not in str(raised.value)


@pytest.mark.parametrize("url", [f"{HERE}?key=hunter2", f"{HERE}#hunter2"])
def test_an_address_with_a_query_is_refused_and_not_repeated(url: str) -> None:
    for told in ({"base_url": url}, {"roles": {"planner": {"base_url": url}}}):
        with pytest.raises(ConfigError, match="keys go to OPENAI_API_KEY") as raised:
            settings(**told)
        assert "hunter2" not in str(raised.value)
    with pytest.raises(ConfigError, match="^OPENAI_BASE_URL must"):
        ModelSettings().url({"OPENAI_BASE_URL": url})


def test_each_roles_questions_reach_its_endpoint_and_no_other() -> None:
    with served("one", None) as one, served("two", None) as two:
        of = settings(
            base_url=one.url,
            roles={
                "planner": {"model": "big", "base_url": two.url},
                "explorer": "lora-explorer",
                "appraiser": {"model": "lora-appraiser", "base_url": two.url},
            },
        )
        llm = chain(of, rng=random.Random(0), environment={})

        async def texts() -> list[str]:
            asked = [request(role=role, model=own(of, role).model) for role in ROLES]
            try:
                return [(await llm.complete(each)).text for each in asked]
            finally:
                await llm.aclose()

        assert asyncio.run(texts()) == ["two", "one", "one", "one", "two", "one"]
        assert answered(one) == ["base", "base", "lora-explorer", "base"]
        assert answered(two) == ["big", "lora-appraiser"]


def test_a_question_of_nobody_is_an_error_where_roles_have_models_of_their_own() -> None:
    llm = chain(settings(roles=EVERY_ROLE), rng=random.Random(0), environment={})
    with pytest.raises(LLMError, match="no endpoint is set for role ''; there are planner,"):
        asyncio.run(llm.complete(request()))


def test_where_every_role_has_an_endpoint_of_its_own_the_one_of_all_needs_no_key() -> None:
    of = ModelSettings.of({"roles": {role: {"base_url": HERE} for role in ROLES}})
    chain(of, rng=random.Random(0), environment={})
    with pytest.raises(ConfigError, match="OPENAI_API_KEY is not set"):
        chain(ModelSettings(), rng=random.Random(0), environment={})
    assert PolicySettings(name="llm", model=of).hosts == {"127.0.0.1": ("gpt-4o",)}


def test_models_that_are_listed_are_found_each_endpoint_asked_once() -> None:
    with served("", ("base", "lora:latest")) as one, served("", ("big",)) as two:
        roles = {"planner": {"model": "big", "base_url": two.url}, "explorer": "lora"}
        assert notes(settings(base_url=one.url, roles=roles)) == ()
        assert one.bodies == two.bodies == []


def test_a_roles_model_that_is_not_listed_is_an_error_with_what_is() -> None:
    with served("", ("base", "lora-a", "sk-evil key")) as server:
        of = settings(base_url=server.url, roles={"explorer": "lora-b"})
        said = refused(of)
    place = server.url.removeprefix("http://")
    assert said == (
        f"{place} does not list 'lora-b': it lists base, lora-a; load it there, or name one of "
        "these with llm.roles.explorer.model=..."
    )


def test_the_model_of_all_must_be_listed_too_where_a_role_has_its_own() -> None:
    with served("", ("lora",)) as server:
        said = refused(settings(base_url=server.url, roles={"explorer": "lora"}))
        assert said.endswith("with llm.model=...")
        assert notes(settings(base_url=server.url, roles={r: "lora" for r in ROLES})) == ()


def test_a_single_model_under_another_name_is_a_note() -> None:
    with served("", ("scripted",)) as server:
        (said,) = notes(settings(base_url=server.url))
    assert "does not list 'base': it lists scripted" in said


def test_a_long_list_is_cut_and_an_empty_one_said() -> None:
    with served("", tuple(f"m{index:02}" for index in range(20))) as server:
        assert "m07 and 12 more;" in notes(settings(base_url=server.url))[0]
    with served("", ()) as server:
        assert "it lists none;" in notes(settings(base_url=server.url))[0]


def test_an_endpoint_without_a_list_is_accepted_with_a_note() -> None:
    with served("", None) as server:
        (said,) = notes(settings(base_url=server.url, roles={"explorer": "lora"}))
    place = server.url.removeprefix("http://")
    assert said == (
        f"{place}: no list of models (404); whether it has base, lora shows when it is asked"
    )


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"<!DOCTYPE html>", "200 OK"),
        (b'{"data": 3}', "200 OK"),
        (b'{"object": "list"}', "200 OK"),
        (b"{}", "500 Internal Server Error"),
        (b"", "307 Temporary Redirect"),
    ],
)
def test_what_is_no_list_is_no_error(content: bytes, status: str) -> None:
    async def go() -> tuple[str, ...]:
        more = "Location: http://127.0.0.1:9/v1/models\r\n"
        async with raw_endpoint(sending(content, status=status, more=more)) as endpoint:
            return await check_endpoints(settings(base_url=endpoint.url, roles=EVERY_ROLE), {})

    (said,) = asyncio.run(go())
    assert f"no list of models ({status[:3]})" in said


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
def test_a_key_that_an_endpoint_does_not_take_is_said_without_it(status: str) -> None:
    async def go() -> str:
        answer = sending(b'{"error": {"message": "sk-theirs-2?"}}', status=status)
        async with raw_endpoint(answer) as endpoint:
            roles = {"planner": {"base_url": endpoint.url, "key_env": "THEIR_KEY"}}
            return await asyncio.to_thread(
                refused, settings(base_url=server.url, roles=roles), {"THEIR_KEY": "sk-theirs-2"}
            )

    with served("", None) as server:
        said = asyncio.run(go())
    assert f"answered {status[:3]} to THEIR_KEY" in said
    assert said.endswith("give the name as llm.roles.planner.key_env=...")
    assert "sk-" not in said


def test_an_endpoint_that_is_not_there_is_an_error_that_names_its_setting() -> None:
    server = served("", None).start()
    server.close()
    said = refused(settings(base_url=server.url))
    assert "could not be reached: check the base URL, and that the server runs" in said
    assert "it is the llm.base_url" in said
    with served("", ("base",)) as other:
        said = refused(settings(base_url=other.url, roles={"planner": {"base_url": server.url}}))
    assert "it is the llm.roles.planner.base_url" in said


def test_a_silent_endpoint_is_given_up_on() -> None:
    async def silent(_: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    async def go() -> None:
        async with raw_endpoint(silent) as endpoint:
            await check_endpoints(settings(base_url=endpoint.url, timeout_s=0.2), {})

    with pytest.raises(ConfigError, match=r"did not answer within 0\.2 s"):
        asyncio.run(asyncio.wait_for(go(), timeout=20))


def test_no_run_with_a_limit_on_dollars_starts_where_one_roles_price_is_not_known() -> None:
    of = ModelSettings.of({"model": "gpt-4o", "roles": {"planner": "adapter"}})
    policy = PolicySettings(name="llm", model=of)
    policy.check(Limits(tokens_in=3))
    with pytest.raises(ConfigError, match=r"what adapter costs .* set llm.roles.planner.price.in="):
        policy.check(Limits(usd=3))


def test_models_behind_one_address_share_the_bound_on_calls_at_once() -> None:
    order: list[str] = []

    def say(asked: Any) -> str:
        order.append(asked.model)
        return asked.model

    with FaultServer(say) as one:
        of = settings(base_url=one.url, concurrency=1, roles={"planner": "big", "explorer": "lora"})
        llm = chain(of, rng=random.Random(0), environment={})

        async def go() -> list[str]:
            asked = [request(role=role, model=own(of, role).model) for role in ROLES]
            try:
                replies = await asyncio.gather(*(llm.complete(each) for each in asked))
                return [reply.text for reply in replies]
            finally:
                await llm.aclose()

        assert asyncio.run(go()) == ["big", "base", "base", "lora", "base", "base"]
    assert order == ["big", "base", "base", "lora", "base", "base"]
