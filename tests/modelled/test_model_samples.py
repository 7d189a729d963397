"""Self-consistency: of several appraisals asked at once the middle one counts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from asked import ASSESSMENT, SALT
from prompt_samples import ASSESSING, TASK

from experiments.bench.orders import child
from prompts.asking import Asker
from webpilot.budget import Budget, Limits
from webpilot.cast import STYLES
from webpilot.consistency import majority, medians, nearest
from webpilot.errors import BudgetExhausted, ConfigError, WebPilotError
from webpilot.llm.batching import BatchingLLM
from webpilot.llm.loopback import ModelServer
from webpilot.llm.metering import MeteredLLM
from webpilot.llm.openai_client import OpenAILLM
from webpilot.llm.protocol import LLM, ModelReply, ModelRequest
from webpilot.llm.scripted import ScriptedLLM
from webpilot.llm.settings import ModelSettings, TapeMode
from webpilot.llm.tape import TapeLLM
from webpilot.policies import PolicySettings
from webpilot.types import Appraisal, Completion


def assessments(*judged: tuple[float, float, bool]) -> list[dict[str, Any]]:
    return [
        {
            **ASSESSMENT,
            "effectiveness": effectiveness,
            "promise": promise,
            "done": done,
            "promise_reasoning": f"answer {number}",
        }
        for number, (effectiveness, promise, done) in enumerate(judged)
    ]


def appraised(llm: LLM, samples: int, preset: str = "webpilot") -> tuple[Appraisal, Completion]:
    asker = Asker(llm=llm, model="scripted", salt=SALT, samples=samples)

    async def go() -> tuple[Appraisal, Completion]:
        roles = STYLES[preset](asker, TASK)
        return await roles.appraiser.appraise(ASSESSING), await roles.appraiser.completed(ASSESSING)

    return asyncio.run(go())


def test_scores_are_medians_done_is_what_most_say_and_the_words_are_those_of_one_who_agrees() -> (
    None
):
    said = assessments((9, 9, True), (2, 3, False), (7, 6, False), (6, 7, False), (10, 10, True))
    llm = ScriptedLLM({"assess": said})
    appraisal, completion = appraised(llm, 5)
    assert (appraisal.effectiveness, appraisal.future_promise) == (7, 7)
    assert not completion.done
    assert "answer 2" in appraisal.reason
    assert [request.sample for request in llm.requests] == list(range(5))
    assert len({request.messages for request in llm.requests}) == 1


def test_one_sample_is_the_answer_itself() -> None:
    llm = ScriptedLLM({"assess": assessments((3, 4, True))})
    appraisal, completion = appraised(llm, 1)
    assert (appraisal.effectiveness, appraisal.future_promise) == (3, 4)
    assert completion.done
    assert len(llm.requests) == 1


def test_the_papers_scores_are_medians_as_well() -> None:
    said = [
        {
            "reasoning_process": f"answer {number}",
            "executed_action_effectiveness": "some",
            "executed_action_score": scores[0],
            "future_promise": "some",
            "future_promise_score": scores[1],
        }
        for number, scores in enumerate([(1, 9), (5, 5), (6, 4)])
    ]
    llm = ScriptedLLM({"evaluate": said})
    asker = Asker(llm=llm, model="scripted", salt=SALT, samples=3)
    appraisal = asyncio.run(STYLES["paper"](asker, TASK).appraiser.appraise(child(5, 1)))
    assert (appraisal.effectiveness, appraisal.future_promise) == (5, 5)
    assert appraisal.reason == "answer 1"


def test_the_samples_of_a_node_are_one_request_over_http() -> None:
    said = iter(assessments(*[(number, 10 - number, False) for number in range(5)]))
    with ModelServer(lambda _: next(said)) as server:
        settings = ModelSettings(base_url=server.url, structured="json_schema")
        llm = BatchingLLM(OpenAILLM(settings, {}))
        appraisal, _ = appraised(llm, 5)
        assert [body.get("n") for body in server.bodies] == [5]
    assert (appraisal.effectiveness, appraisal.future_promise) == (2, 8)


def test_an_unusable_sample_is_mended_alone() -> None:
    good = assessments((4, 4, False), (4, 4, False), (4, 4, False))
    llm = ScriptedLLM({"assess": [good[0], "no JSON", good[1], good[2]]})
    appraised(llm, 3)
    assert [len(request.messages) for request in llm.requests].count(4) == 1
    assert len(llm.requests) == 4


def test_a_budget_that_ends_a_sample_ends_the_appraisal() -> None:
    said: Sequence[Any] = [*assessments((4, 4, False)), BudgetExhausted("llm_calls", 1, 1)]
    with pytest.raises(BudgetExhausted):
        appraised(ScriptedLLM({"assess": said}), 2)


@pytest.mark.parametrize("samples", [0, -1, 1.5, True, "3", 65, None])
def test_a_bad_number_of_samples_is_refused_in_one_line(samples: Any) -> None:
    with pytest.raises(ConfigError, match=r"policy\.samples=.* must be a whole number from 1"):
        PolicySettings(samples=samples)


def test_a_policy_says_how_many_appraisals_it_takes() -> None:
    llm = ScriptedLLM({})
    one, several = (
        PolicySettings(name="llm", samples=samples).cast(salt=b"salt", llm=llm).label
        for samples in (1, 5)
    )
    assert several == f"{one}, the middle of 5 appraisals"


def test_of_an_even_number_the_middle_lies_between_and_half_is_no_majority() -> None:
    answers = [(1.0, 8.0), (4.0, 2.0)]
    assert medians(answers, tuple) == (2.5, 5.0)
    assert nearest(answers, tuple, (3.9, 2.0)) == (4.0, 2.0)
    assert nearest(answers, tuple, (2.5, 5.0)) == (1.0, 8.0)
    assert not majority([True, False])
    assert majority([True, True, False])


class Hesitant(ScriptedLLM):
    """A model whose answers come in the order in which they are told to, not in that of asking."""

    def __init__(self, said: Sequence[Any], turns: Sequence[int]) -> None:
        super().__init__({"assess": said})
        self._turns = iter(turns)

    async def complete(self, request: ModelRequest) -> ModelReply:
        reply = await super().complete(request)
        for _ in range(next(self._turns)):
            await asyncio.sleep(0)
        return reply


@pytest.mark.parametrize("turns", [(1, 9, 1), (9, 1, 1)])
def test_samples_that_a_budget_ends_cost_the_same_when_they_are_played_again(
    turns: tuple[int, ...], tmp_path: Path
) -> None:
    def spent(llm: LLM | None, mode: TapeMode) -> tuple[str, Mapping[str, float]]:
        budget = Budget(Limits(llm_calls=2))
        tape = TapeLLM(llm, tmp_path / "tape.sqlite", mode)
        with pytest.raises(WebPilotError) as ended:
            appraised(MeteredLLM(tape, budget, lambda *_: None), 2)
        asyncio.run(tape.aclose())
        return type(ended.value).__name__, budget.to_dict()

    # The first answer would have to be mended, and there is no call left for it.
    said = ["no JSON", *assessments((4, 4, False), (4, 4, False))]
    live = spent(Hesitant(said, turns), "record")
    assert live[0] == "BudgetExhausted"
    assert live[1]["llm_calls"] == 2
    assert spent(None, "replay") == live
