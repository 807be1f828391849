"""Switching while others write: some texts wait in the queue nearly always."""

from typing import Any

import pytest
from django.core.management import CommandError

from assistant.embeddings.model_changes import completeness
from assistant.embeddings.model_changes.activation import activate_model
from assistant.embeddings.model_changes.completeness import Completeness
from assistant.embeddings.model_changes.errors import IncompleteModelError
from assistant.embeddings.models import EmbeddingModel
from assistant.embeddings.search import search
from tests.contract import rows
from tests.embeddings.model_changes.commands import add, change, default_name, model
from tests.embeddings.queue.conftest import Client
from tests.embeddings.queue.test_sessions import value, work

WAIT = "Texts that wait for their vectors of {}: {}. Until then searches find them by their words."


@pytest.fixture
def built(texts: int) -> EmbeddingModel:
    """Return a model that is built, and kept in step since."""
    add("new")
    change("build", "new")
    return model("new")


def write(client: Client, count: int, content: str = "the anchor") -> None:
    conversation = value(client, "SELECT id FROM conversations")
    for number in range(count):
        rows.message(client, conversation, content=f"{content} {number}")


def test_texts_of_a_moment_ago_refuse_no_switch(built: EmbeddingModel, client: Client) -> None:
    former = default_name()
    write(client, 3)

    lines = change("activate", "new", "--yes", "--queries", 0).splitlines()

    assert lines[0] == WAIT.format("new", 3)
    assert default_name() == "new"
    hits = search("anchor", user=None, using="scratch")
    assert {hit.text for hit in hits} >= {f"the anchor {number}" for number in range(3)}

    lines = change("activate", former, "--yes", "--queries", 0).splitlines()
    assert (lines[0], default_name()) == (WAIT.format(former, 3), former)


def test_a_text_that_comes_between_both_looks_refuses_no_switch(
    built: EmbeddingModel, client: Client, monkeypatch: Any
) -> None:
    def answer(prompt: str) -> str:
        write(client, 1)
        return "y"

    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", answer)

    text = change("activate", "new", "--queries", 0)

    assert "wait" not in text
    assert default_name() == "new"


def test_a_backlog_is_no_gap_as_long_as_it_is_small(
    built: EmbeddingModel, client: Client, monkeypatch: Any
) -> None:
    monkeypatch.setattr(completeness, "FEW_WAITING", 2)
    former = default_name()
    write(client, 2)
    assert Completeness(built, "scratch").problems() == []
    write(client, 1)

    for activate in (
        lambda: change("activate", "new", "--yes", "--queries", 0),
        lambda: activate_model(built, using="scratch"),
    ):
        with pytest.raises(
            (CommandError, IncompleteModelError),
            match=r"3 texts wait for their vectors.*embedding_model build new ",
        ):
            activate()
    assert default_name() == former

    # The same backlog of a larger site.
    monkeypatch.setattr(completeness, "SHARE_WAITING", 0.08)
    assert Completeness(built, "scratch").problems() == []


def test_a_model_that_is_being_built_has_no_backlog(texts: int) -> None:
    add("new")
    work(names=["new"], limit=texts - 2)

    with pytest.raises(CommandError, match=r"2 texts wait for their vectors.*build new"):
        change("activate", "new", "--yes")


def test_a_backlog_hides_no_gap(built: EmbeddingModel, client: Client, settings: Any) -> None:
    write(client, 2)
    client.execute(
        "UPDATE embedding_queue SET failed_at = now() WHERE ctid = (%s)::tid",
        [
            value(
                client,
                "SELECT ctid::text FROM embedding_queue WHERE embedding_model_id = %s LIMIT 1",
                built.pk,
            )
        ],
    )

    with pytest.raises(
        CommandError, match=r"complete: 1 texts have failed.*embed --model new --retry-failed"
    ):
        change("activate", "new", "--yes")


def test_without_any_vector_a_backlog_is_all_there_is(
    built: EmbeddingModel, client: Client
) -> None:
    client.execute("DELETE FROM conversation_embeddings WHERE embedding_model_id = %s", [built.pk])
    client.execute("DELETE FROM knowledge_chunks WHERE embedding_model_id = %s", [built.pk])
    write(client, 2)

    with pytest.raises(CommandError, match="it has no vectors"):
        change("activate", "new", "--yes")


def test_after_a_build_a_text_that_is_tried_again_later_is_a_backlog(
    texts: int, client: Client
) -> None:
    write(client, 1, "poison")
    work()
    change("add", "new", "--dimension", 5, "--backend", "tests.embeddings.queue.embedders.Poisoned")

    lines = change("build", "new").splitlines()

    assert lines[-2:] == [
        "1 texts are left to manage.py embed, which goes on.",
        "Next: manage.py embedding_model activate new",
    ]
    assert "is the default now" in change("activate", "new", "--yes", "--queries", 0)


def test_force_asks_as_well(texts: int) -> None:
    former = default_name()
    add("new")

    with pytest.raises(CommandError, match=r"Search with new from now on.*--yes"):
        change("activate", "new", "--force", "--queries", 0)

    assert default_name() == former
