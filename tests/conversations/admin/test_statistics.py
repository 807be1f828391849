"""Statistics and how their numbers are written."""

import re

from django.test import Client

from tests import factories
from tests.db.admin.pages import page


def test_list_and_page_show_numbers_as_people_write_them(root: Client) -> None:
    message = factories.make_message(token_count=40_000, generation_time=10 / 3)

    listed = root.get("/admin/assistant_conversations/conversationstats/").text
    shown = root.get(page(message.conversation.stats, "change")).text

    assert '<td class="field-tokens">40,000</td>' in listed
    assert '<td class="field-response_time">3.33 s</td>' in listed
    assert re.search(r">Average response time:</label>\s*<div[^>]*>3.33 s</div>", shown)
