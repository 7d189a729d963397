"""How an agent's stop reads as WebArena-Verified's typed response."""

from __future__ import annotations

import pytest

from webpilot.responses import TypedResponse
from webpilot.types import Answer, Done, Infeasible


def test_what_the_agent_left_open_follows_from_what_it_did() -> None:
    assert TypedResponse.of(Done(), acted=True).task_type == "MUTATE"
    assert TypedResponse.of(Done(), acted=False).task_type == "NAVIGATE"
    told = TypedResponse.of(Answer(text="7 reviews"), acted=False)
    assert (told.task_type, told.retrieved_data) == ("RETRIEVE", ("7 reviews",))
    assert TypedResponse.of(Infeasible(), acted=False).status == "NOT_FOUND_ERROR"


def test_a_response_that_is_written_as_json_is_read_as_one() -> None:
    text = '{"task_type": "retrieve", "status": "success", "retrieved_data": [7, {"a": "b"}]}'
    told = TypedResponse.of(Answer(text=text), acted=False)
    assert told.to_dict() == {
        "task_type": "RETRIEVE",
        "status": "SUCCESS",
        "retrieved_data": [7, {"a": "b"}],
        "error_details": None,
    }


@pytest.mark.parametrize("text", ["{7}", '{"task_type": "READ"}', '{"status": []}'])
def test_what_only_looks_like_a_response_is_an_answer_in_words(text: str) -> None:
    told = TypedResponse.of(Answer(text=text), acted=False)
    assert told.task_type == "RETRIEVE"
    assert told.status == "SUCCESS"


def test_an_error_retrieves_nothing_and_a_success_explains_nothing() -> None:
    failed = Answer(
        text="", task_type="MUTATE", status="PERMISSION_DENIED_ERROR", error_details="no"
    )
    assert TypedResponse.of(failed, acted=False).error_details == "no"
    done = Answer(text="x", task_type="MUTATE", status="SUCCESS", error_details="no")
    told = TypedResponse.of(done, acted=True)
    assert (told.error_details, told.retrieved_data) == (None, None)


def test_a_response_of_no_known_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="task_type"):
        TypedResponse(task_type="READ")
    with pytest.raises(ValueError, match="status"):
        TypedResponse(task_type="MUTATE", status="FINE")
