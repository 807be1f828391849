"""Statistics and how their numbers are written."""

import re

import pytest
from django.test import Client
from django.utils import translation

from assistant.conversations.admin.durations import duration
from tests import factories
from tests.db.admin.pages import page


@pytest.mark.parametrize(
    "seconds, text",
    [
        pytest.param(None, None, id="unknown"),
        pytest.param(0.0, "0 s", id="zero"),
        pytest.param(0.0000123, "0.0000123 s", id="tiny"),
        pytest.param(10 / 3, "3.33 s", id="fraction"),
        pytest.param(41.76, "41.8 s", id="tens"),
        pytest.param(999.6, "1,000 s", id="rounded-up"),
        pytest.param(1234.5, "1,234 s", id="thousands"),
        pytest.param(1e300, "1e+300 s", id="absurd"),
    ],
)
def test_a_duration_is_written_for_people(seconds: float | None, text: str | None) -> None:
    assert duration(seconds) == text


def test_a_duration_is_written_in_the_language_of_the_page() -> None:
    with translation.override("de"):
        assert duration(10 / 3) == "3,33 s"


def test_list_and_page_show_numbers_as_people_write_them(root: Client) -> None:
    message = factories.make_message(token_count=40_000, generation_time=10 / 3)

    listed = root.get("/admin/assistant_conversations/conversationstats/").text
    shown = root.get(page(message.conversation.stats, "change")).text

    assert '<td class="field-tokens">40,000</td>' in listed
    assert '<td class="field-response_time">3.33 s</td>' in listed
    assert re.search(r">Average response time:</label>\s*<div[^>]*>3.33 s</div>", shown)
