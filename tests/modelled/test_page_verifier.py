from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from prompt_samples import PROPOSING, click

from mcts.protocols import NodeContext
from webpilot.aiming import NAMES_ELEMENT
from webpilot.observation import Cue
from webpilot.offline.verifier import OfflineVerifier
from webpilot.roles import Rejection, Verifier
from webpilot.types import Action
from webpilot.verifier import PageVerifier

VERIFIERS = (PageVerifier(), OfflineVerifier())
each_verifier = pytest.mark.parametrize("verifier", VERIFIERS, ids=lambda one: type(one).__name__)


def verify(
    verifier: Verifier, action: Action, context: NodeContext = PROPOSING
) -> Action | Rejection:
    return asyncio.run(verifier.verify(action, context))


def test_the_kinds_that_name_an_element_follow_from_the_grammar() -> None:
    assert {"click", "fill", "hover", "select_option"} <= set(NAMES_ELEMENT)
    assert not {"mouse_click", "scroll", "goto", "tab_focus"} & set(NAMES_ELEMENT)


@each_verifier
def test_an_action_passes_with_the_element_as_it_is_now(verifier: Verifier) -> None:
    stale = replace(click("people", "go on"), target=None)
    checked = verify(verifier, stale)
    assert isinstance(checked, Action)
    assert checked.target == PROPOSING.observation.element("people")
    assert (checked.raw, checked.intent) == ("click('people')", "go on")


@each_verifier
def test_an_element_that_is_gone_or_disabled_is_refused(verifier: Verifier) -> None:
    assert verify(verifier, click("gone")) == Rejection(reason="no element 'gone' on the page")
    page = PROPOSING.observation
    off = tuple(replace(one, states=(("disabled", "true"),)) for one in page.elements)
    disabled = replace(PROPOSING, observation=replace(page, elements=off))
    refused = verify(verifier, click("people"), disabled)
    assert refused == Rejection(reason="element 'people' is disabled")


@each_verifier
def test_an_element_known_by_its_looks_alone_passes_without_a_target(verifier: Verifier) -> None:
    page = replace(PROPOSING.observation, cues=(Cue(bid="7", tag="circle"),))
    checked = verify(verifier, click("7"), replace(PROPOSING, observation=page))
    assert checked == click("7")


@each_verifier
def test_an_action_at_a_point_names_no_element(verifier: Verifier) -> None:
    action = Action(kind="mouse_click", args=(10, 20))
    assert verify(verifier, action) == action
