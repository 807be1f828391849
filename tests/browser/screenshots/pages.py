"""The pages that are photographed."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

from django.core.management import call_command
from django.urls import reverse

from assistant import demo
from assistant.conversations.models import Conversation, Message
from assistant.embeddings.models import EmbeddingModel, KnowledgeDocument, SearchEvaluation
from assistant.settings.models import SystemSetting
from tests.browser.person import PHONE, Person

__all__ = ["PAGES"]

# Of the demo data.
THREAD = "A retry decorator that does not hide bugs"
DOCUMENT = "Indexes: a page for application developers"
SETTING = "rate_limits"
WORDS = "index order"
# The demo's own, which needs no files.
MODEL = "demo-hashed-words"
QUESTION = "what to do first in an outage"
JUDGED = Path(demo.__file__).parent / "data" / "evaluation"


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


def trial(person: Person) -> None:
    """A question's hits in each mode, and why."""
    model = EmbeddingModel.objects.get(name=MODEL)
    asked = urlencode({"q": QUESTION, "embedding_model": model.pk, "sources": "documents"})
    person.open(f"{reverse('admin:assistant_embeddings_try_search')}?{asked}")
    person.run("document.querySelector('.trial-question').scrollIntoView()")


def evaluation(person: Person) -> None:
    """The figures of each mode, and question by question."""
    call_command(
        "evaluate_search",
        str(JUDGED / "queries.tsv"),
        str(JUDGED / "qrels.txt"),
        model=MODEL,
        sources="documents",
        name="demo",
        verbosity=0,
    )
    person.open(SearchEvaluation.objects.latest("created_at"))


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
        trial,
        evaluation,
    )
}
