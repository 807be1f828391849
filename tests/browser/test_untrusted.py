"""Texts that would be scripts, if pages let them."""

from assistant.conversations.models import Conversation, Message
from assistant.embeddings.models import KnowledgeDocument
from assistant.settings.models import SystemSetting
from tests import factories
from tests.browser.person import Person
from tests.db.admin.pages import page

SCRIPT = "<script>window.wasRun = 1</script>"
CLOSING = f"</textarea></script>{SCRIPT}"
IMAGE = "<img src=/none onerror='window.wasRun = 1'>"
CONTENT = f"""
{SCRIPT} {IMAGE} <svg onload="window.wasRun = 1">

[a link](javascript:window.wasRun=1) and [another](JaVaScRiPt&colon;window.wasRun=1)

![a picture](/none"onerror="window.wasRun=1)

```html
{SCRIPT}{CLOSING}
```
"""


def was_run(person: Person) -> bool:
    return bool(person.run("return 'wasRun' in window"))


def test_a_message_is_read_and_not_run(root: Person) -> None:
    conversation = factories.make_conversation(title=SCRIPT)
    message = factories.make_message(conversation=conversation, content=CONTENT)

    root.open(conversation)
    assert SCRIPT in root.text_of(".thread-message")
    assert SCRIPT in root.text_of(".thread-message pre code")
    for link in root.all(".thread-content a"):
        assert link.get_property("protocol") in ("http:", "https:")
    parts = root.all(".thread-content *")
    for part in parts:
        part.click()
    assert parts
    assert not was_run(root)

    root.open(message)
    assert root.value_of("#id_content").strip() == CONTENT.strip()
    assert not was_run(root)


def test_lists_show_what_they_do_not_run(root: Person) -> None:
    conversation = factories.make_conversation(title=CLOSING, agent_type=SCRIPT)
    factories.make_message(conversation=conversation, content=CONTENT, model_name=SCRIPT)
    factories.make_document(title=SCRIPT, content=CONTENT, tags=[CLOSING, IMAGE], source=IMAGE)
    factories.make_setting(key=SCRIPT, value=CLOSING, description=IMAGE)

    for model in (Conversation, Message, KnowledgeDocument, SystemSetting):
        root.open_list(model)
        assert SCRIPT[:20] in root.text_of("#result_list"), model
        assert not was_run(root), model
    for model in (Message, KnowledgeDocument):
        root.open(page(model, "changelist") + "?q=link")
        assert root.texts_of("#result_list mark") == ["link"], model
        assert not was_run(root), model


def test_forms_show_what_they_do_not_run(root: Person) -> None:
    document = factories.make_document(title=SCRIPT, content=CONTENT, tags=[CLOSING, IMAGE])
    setting = factories.make_setting(key=SCRIPT, value={"a": [CLOSING, IMAGE]})

    root.open(document)
    assert root.texts_of(".assistant-tag span") == [CLOSING, IMAGE]
    assert not was_run(root)

    root.open(setting)
    assert CLOSING in root.value_of("#id_value_1")
    assert not was_run(root)
