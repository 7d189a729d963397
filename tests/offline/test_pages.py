"""Widget skills on pages of our own, played greedily in a real browser."""

from __future__ import annotations

from typing import Any

import pytest

from tests.offline.greedy import greedy
from tests.offline.page_runs import Runner

CASES: list[tuple[str, str, str, Any]] = [
    ("tabs", 'Switch between the tabs to find and click on the link "orchid".', "solved", True),
    ("menu", "Open the menu and choose File > Export > Text.", "solved", True),
    (
        "form",
        'Enter "Ada" into the first name field and "London" into the city field. Select Canada '
        "from the country list, choose Milk, uncheck Newsletter and click Submit.",
        "solved",
        True,
    ),
    (
        "mail",
        "Find the email by Linus and click the trash icon to delete it.",
        "log[0]",
        "trash Linus",
    ),
    ("mail", "Star the message from Grace.", "log[0]", "star Grace"),
    (
        "mail",
        'Reply to the email from Ada with the text "It does".',
        "log[0]",
        "reply|Ada||It does",
    ),
    ("mail", "Forward the email by Linus to Grace.", "log[0]", "forward|Linus|Grace|"),
    ("feed", "Like the post by @grace.", "log[0]", "like @grace"),
    ("feed", 'For the user @linus, click on the "Report" button.', "log[0]", "Report @linus"),
    (
        "editor",
        'Give the text "quiet" the style bold and press Submit.',
        "result && result.replace(/ bid=.\\d+./, '')",
        "The moonlight falls over the <b>quiet</b> harbour",
    ),
    (
        "passages",
        "Highlight the text in the 2nd paragraph and click Submit.",
        "result && result[0].slice(0, 18) + result[0].slice(-10)",
        "The second passagethe south.",
    ),
    (
        "passages",
        "Scroll the text area to the bottom of the text and press Submit.",
        "result && result[1]",
        True,
    ),
    (
        "passages",
        "Copy the text from the text area, paste it into the input field and press Submit.",
        "result && result[3].startsWith('Line one')",
        True,
    ),
    ("suggest", "Book the cheapest flight from Oslo to Rome on 12/05/2026.", "solved", "95"),
    ("suggest", "Book the shortest flight from Oslo to Rome on 12/05/2026.", "solved", "480"),
    (
        "contacts",
        "Find Grace in the contact book and click on her phone number.",
        "solved",
        "pGrace",
    ),
    ("numbers", "Click the numbers in ascending order.", "order.join()", "3,9,14,27"),
    (
        "numbers",
        "Generate a number between 16 and 25, then press Submit.",
        "result",
        "19",
    ),
    (
        "numbers",
        "Guess the number between 0-9 and press Send. Use the feedback to find the right number.",
        "solved",
        True,
    ),
    (
        "numbers",
        "Solve the math problem, type the answer into the last text field and press Submit.",
        "total",
        "22",
    ),
    (
        "dialog",
        'Enter the username "ada" and the password "s3cret" and press Sign in.',
        "solved",
        True,
    ),
    (
        "lists",
        "Select Elm and Yew from the list and click Submit.",
        "result && result[0]",
        "Elm,Yew",
    ),
    (
        "lists",
        "Find the 5th word in the text, type it into the field and press Submit.",
        "result && result[1]",
        "please",
    ),
    (
        "lists",
        "Enter the value of Weight into the text field and press Submit.",
        "result && result[1]",
        "12 kg",
    ),
    ("cards", "Pick the card with the greatest number, then press Submit.", "result", "55"),
    ("wall", "Like all posts by @ada and press Submit.", "result", "like0,like2,like4"),
    ("wall", "Share 2 posts by @ada and press Submit.", "result", "share0,share2"),
    ("shell", "Use the terminal to delete the file ending with .png", "result", "moon.png"),
    (
        "paint",
        "Give the text harbour the color blue and press Submit.",
        "result",
        "#0000ffharbour",
    ),
    ("switches", "Turn on Wifi, turn off Bluetooth and press Submit.", "result", "true,false|"),
    ("switches", 'Type "rain" into the search field and press Enter.', "result", "q:rain"),
    (
        "search",
        "Search for mystery novels written by Sayers in the year 1935.",
        "result",
        "Sayers|1935|mystery",
    ),
    ("spinner", "Select 7 with the spinner and click Submit.", "result", "7|"),
    ("spinner", "Close the dialog by clicking the X.", "log[0]", "closed"),
    ("spinner", "Dismiss the dialog.", "log[0]", "closed"),
    ("spinner", 'Enter a city that starts with "Osl" and ends with "lo".', "result", "0|Oslo"),
    ("switches", 'Double-click the word "harbour".', "result", "twice"),
    (
        "switches",
        "Enter the town of Linus into the last text field and press Submit.",
        "result",
        "false,true|Oslo",
    ),
]


@pytest.mark.parametrize(("name", "goal", "expression", "expected"), CASES)
def test_the_page_ends_as_the_goal_wants_it(
    pages: Runner, name: str, goal: str, expression: str, expected: Any
) -> None:
    until = f"(({expression}) === {repr(expected).replace('True', 'true')})"
    game = greedy(pages.page, f"offline_{name}.html", goal, until=until)
    assert pages.page.js(expression) == expected, "\n".join(game.actions)
    assert game.complete, "\n".join(game.actions)
