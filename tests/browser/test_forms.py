"""Inputs with more to them than a text."""

from selenium.webdriver.common.keys import Keys

from assistant.conversations.models import Conversation
from assistant.embeddings.models import KnowledgeDocument
from tests import factories
from tests.browser.person import Person


def test_tags_are_added_and_removed_as_chips(root: Person) -> None:
    document = factories.make_document(tags=["draft", "manual"])

    root.open(document)
    assert root.texts_of(".assistant-tag span") == ["draft", "manual"]
    root.click(".assistant-tag button[aria-label$=': draft']")
    root.find(".assistant-tags input").send_keys("brand new", Keys.ENTER, "last, one", Keys.ENTER)
    assert root.texts_of(".assistant-tag span") == ["manual", "brand new", "last, one"]
    root.save()

    stored = KnowledgeDocument.objects.get(pk=document.pk)
    assert stored.tags == ["manual", "brand new", "last, one"]
    root.open(document)
    assert root.texts_of(".assistant-tag span") == ["manual", "brand new", "last, one"]


def test_a_user_is_found_by_the_beginning_of_the_name(root: Person) -> None:
    for name in ("mara.lind", "marcel", "tom"):
        factories.make_user(username=name)

    root.open(Conversation, "add")
    root.click(".field-user .select2-selection")
    root.find(".select2-search__field").send_keys("Mar")
    options = ".select2-results__option"
    root.wait(lambda: root.texts_of(options) == ["mara.lind", "marcel"], "two suggestions")
    root.click(f"{options}:nth-child(2)")
    assert "marcel" in root.text_of(".field-user .select2-selection")
    root.fill("#id_title", "A talk")
    root.save()

    assert Conversation.objects.get().user.username == "marcel"
