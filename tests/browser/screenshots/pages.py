"""The pages that are photographed."""

from collections.abc import Callable

from assistant.conversations.models import Conversation, Message
from assistant.embeddings.models import KnowledgeDocument
from assistant.settings.models import SystemSetting
from tests.browser.person import PHONE, Person

__all__ = ["PAGES"]

# Of the demo data.
THREAD = "A retry decorator that does not hide bugs"
DOCUMENT = "Indexes: a page for application developers"
SETTING = "rate_limits"
WORDS = "index order"


def index(person: Person) -> None:
    """How much there is, and what was done last."""
    person.open("/admin/")


def conversations(person: Person) -> None:
    """The list of conversations."""
    person.open_list(Conversation)


def thread(person: Person) -> None:
    """A conversation and its messages."""
    person.open(Conversation.objects.get(title=THREAD))


def thread_dark(person: Person) -> None:
    """The same in the dark."""
    thread(person)
    person.run("localStorage.setItem('theme', 'dark')")
    thread(person)


def thread_phone(person: Person) -> None:
    """The same on a phone, where the first answer begins."""
    person.resize(*PHONE)
    thread(person)
    person.run("document.querySelector('.thread-message').scrollIntoView()")


def search(person: Person) -> None:
    """Messages that were found by words."""
    person.open_list(Message)
    person.fill("#searchbar", WORDS)
    person.follow("#changelist-search [type=submit]")


def settings(person: Person) -> None:
    """The list of settings."""
    person.open_list(SystemSetting)


def setting(person: Person) -> None:
    """A setting that is JSON."""
    person.open(SystemSetting.objects.get(key=SETTING))


def document(person: Person) -> None:
    """A document of the knowledge base and its tags."""
    person.open(KnowledgeDocument.objects.get(title=DOCUMENT))


PAGES: dict[str, Callable[[Person], None]] = {
    page.__name__.replace("_", "-"): page
    for page in (
        index,
        conversations,
        thread,
        thread_dark,
        thread_phone,
        search,
        settings,
        setting,
        document,
    )
}
