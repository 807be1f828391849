"""From a word to the message with it, and its place among the others."""

from datetime import UTC, datetime, timedelta
from typing import Any

from assistant.conversations.models import Conversation, Message
from tests import factories
from tests.browser.person import Person

TIME = datetime(2027, 1, 2, 9, 30, tzinfo=UTC)


def make_thread(*contents: str) -> Conversation:
    conversation = factories.make_conversation(title="A talk")
    for number, content in enumerate(contents):
        factories.make_message(
            conversation=conversation,
            role=("user", "assistant")[number % 2],
            content=content,
            timestamp=TIME + timedelta(minutes=number),
        )
    return conversation


def test_a_word_leads_to_a_message_and_its_place(root: Person, settings: Any) -> None:
    settings.ASSISTANT = {"THREAD_PAGE_SIZE": 20}
    contents = [f"Sentence {number}.\n\nMore of it." for number in range(60)]
    contents[35] = "The harbour opens at dawn."
    make_thread(*contents)

    root.open_list(Message)
    root.fill("#searchbar", "Harbour")
    root.follow("#changelist-search [type=submit]")
    assert root.texts_of("#result_list tbody mark") == ["harbour"]

    root.follow("#result_list tbody th a")
    assert root.value_of("#id_content") == contents[35]

    root.follow(".field-place a")
    target = root.find(".thread-message:target")
    assert "The harbour opens at dawn." in target.text
    assert root.sees(target)
    assert root.text_of(".thread-pages .this-page") == "2"
    assert len(root.all(".thread-message")) == 20


def test_a_long_thread_is_read_page_by_page(root: Person, settings: Any) -> None:
    settings.ASSISTANT = {"THREAD_PAGE_SIZE": 5}
    conversation = make_thread(*(f"Sentence {number}" for number in range(12)))

    root.open(conversation)
    seen = root.texts_of(".thread-content")
    for _page in range(2):
        root.follow(".thread-pages [rel=next]")
        seen += root.texts_of(".thread-content")
        assert root.sees(root.find(".thread-message"))

    assert seen == [f"Sentence {number}" for number in range(12)]
    assert not root.all(".thread-pages [rel=next]")


def test_a_long_message_is_unfolded(root: Person) -> None:
    conversation = make_thread("\n\n".join(f"Paragraph {number}" for number in range(300)))
    is_cut = "const box = document.querySelector('.thread-content');"
    is_cut += "return box.clientHeight < box.scrollHeight"

    root.open(conversation)
    assert root.run(is_cut)
    root.click(".thread-message .unfold-label")

    root.wait(lambda: not root.run(is_cut))
    assert root.texts_of(".thread-content p")[-1] == "Paragraph 299"
