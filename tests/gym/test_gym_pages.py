"""Tabs, popups, frames, dialogs, downloads and files, as a client of BrowserGym sees them."""

from __future__ import annotations

import pytest

from tests.gym.gym_rig import bid_of, text_of


def test_a_link_leads_to_another_page_and_back(opened) -> None:
    fast = opened()
    observation, _ = fast.reset(seed=0)
    observation, *_ = fast.step(f"click('{bid_of(observation, 'link', 'Other')}')")
    assert observation["open_pages_titles"] == ("Other",)
    assert observation["url"].endswith("other.html") is (fast.page.url == observation["url"])
    observation, *_ = fast.step("go_back()")
    assert observation["open_pages_titles"] == ("Form",)


def test_a_popup_comes_to_the_front_and_the_task_gets_the_real_page(opened) -> None:
    fast = opened()
    observation, _ = fast.reset(seed=0)
    first = fast.page
    observation, *_ = fast.step(f"click('{bid_of(observation, 'link', 'Popup')}')")
    assert observation["open_pages_titles"] == ("Form", "Other")
    assert observation["active_page_index"].tolist() == [1]
    assert "Elsewhere" in text_of(observation)
    assert fast.page.title() == "Other"
    assert list(fast.page_history) == [first, fast.page]
    observation, *_ = fast.step("tab_close()")
    assert (observation["open_pages_titles"], fast.page) == (("Form",), first)


def test_tabs_are_opened_focused_and_closed_by_actions(opened) -> None:
    fast = opened()
    observation, _ = fast.reset(seed=0)
    form = observation["url"]
    observation, *_ = fast.step("new_tab()")
    assert observation["open_pages_urls"] == (form, "about:blank")
    fast.step(f"goto('{form.replace('form', 'other')}')")
    observation, *_ = fast.step("tab_focus(0)")
    assert observation["active_page_index"].tolist() == [0]
    assert observation["open_pages_titles"] == ("Form", "Other")
    for _ in range(2):
        observation, *_ = fast.step("tab_close()")
    assert observation["open_pages_urls"] == ("about:blank",)


def test_a_tab_that_the_client_opens_with_playwright_is_in_front(opened) -> None:
    fast = opened()
    observation, _ = fast.reset(seed=0)
    first, other = fast.page, fast.context.new_page()
    other.goto(observation["url"].replace("form", "other"))
    observation, *_ = fast.step("noop(0)")
    assert observation["active_page_index"].tolist() == [1]
    fast.page = first
    assert fast.step("noop(0)")[0]["active_page_index"].tolist() == [0]


def test_elements_in_frames_are_seen_and_clicked(opened) -> None:
    fast = opened("frames")
    observation, _ = fast.reset(seed=0)
    observation, *_ = fast.step(f"click('{bid_of(observation, 'button', 'Press')}')")
    assert observation["last_action_error"] == ""
    assert "Pressed" in text_of(observation)


def test_elements_in_shadow_trees_are_seen(opened) -> None:
    fast = opened("shadow")
    observation, _ = fast.reset(seed=0)
    bids = observation["extra_element_properties"]
    assert bid_of(observation, "button") in bids


def test_a_dialog_is_answered_at_once_with_no(opened) -> None:
    fast = opened()
    observation, _ = fast.reset(seed=0)
    observation, *_ = fast.step(f"click('{bid_of(observation, 'button', 'Ask')}')")
    assert observation["open_pages_titles"] == ("said false",)


def test_a_dialog_during_the_set_up_holds_nobody_up(opened) -> None:
    fast = opened()
    fast.reset(seed=0)
    assert fast.page.evaluate("confirm('during a call of Playwright')") is False


def test_a_download_arrives_and_leaves_the_page_as_it_is(opened) -> None:
    fast = opened()
    observation, _ = fast.reset(seed=0)
    arrived = []
    fast.page.on("download", lambda download: arrived.append(download.suggested_filename))
    observation, *_ = fast.step(f"click('{bid_of(observation, 'link', 'Save')}')")
    observation, *_ = fast.step("noop(300)")
    assert arrived == ["hello.txt"]
    assert observation["open_pages_titles"] == ("Form",)


def test_a_file_is_given_to_a_page_out_of_the_folders_for_that(opened, tmp_path) -> None:
    (tmp_path / "receipt.txt").write_text("paid")
    fast = opened(uploads=[tmp_path])
    observation, _ = fast.reset(seed=0)
    field = bid_of(observation, "button", "File")
    observation, *_ = fast.step(f"upload_file('{field}', 'receipt.txt')")
    assert observation["last_action_error"] == ""
    assert observation["open_pages_titles"] == ("receipt.txt",)
    observation, *_ = fast.step(f"upload_file('{field}', '/etc/hostname')")
    assert "may not be uploaded" in observation["last_action_error"]


@pytest.mark.parametrize("eager", [True, False])
def test_what_is_scheduled_within_half_a_second_is_observed(opened, eager: bool) -> None:
    fast = opened(eager=eager)
    observation, _ = fast.reset(seed=0)
    observation, *_ = fast.step(f"click('{bid_of(observation, 'button', 'Wait')}')")
    assert "Later" in text_of(observation)


def test_a_closed_environment_has_ended_its_task_and_can_begin_again(opened) -> None:
    fast = opened()
    fast.reset(seed=0)
    task, page = fast.task, fast.page
    fast.close()
    assert task.torn_down
    assert page.is_closed()
    fast.close()
    assert fast.page is None
    assert fast.reset(seed=0)[0]["open_pages_titles"] == ("Form",)


def test_cookies_of_one_episode_are_unknown_to_the_next(opened) -> None:
    fast = opened()
    observation, _ = fast.reset(seed=0)
    fast.context.add_cookies([{"name": "a", "value": "b", "url": observation["url"]}])
    fast.page.evaluate("localStorage.a = 1")
    fast.reset(seed=0)
    assert fast.context.cookies() == []
    assert fast.page.evaluate("localStorage.length") == 0


def test_locale_time_zone_viewport_and_context_options_are_the_clients(opened) -> None:
    fast = opened(
        locale="de-DE",
        timezone_id="Pacific/Tahiti",
        viewport={"width": 320, "height": 240},
        pw_context_kwargs={"user_agent": "Somebody"},
    )
    observation, _ = fast.reset(seed=0)
    assert observation["screenshot"].shape == (240, 320, 3)
    zone = "Intl.DateTimeFormat().resolvedOptions().timeZone"
    told = fast.page.evaluate(f"[navigator.language, {zone}, navigator.userAgent]")
    assert told == ["de-DE", "Pacific/Tahiti", "Somebody"]
