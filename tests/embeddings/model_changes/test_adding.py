"""manage.py embedding_model add."""

from typing import Any

import pytest
from django.core.management import CommandError

from tests.embeddings.model_changes.commands import add, change, default_name, model
from tests.embeddings.queue.conftest import HASHED_WORDS, Client
from tests.embeddings.queue.test_sessions import value


def test_a_model_is_added_beside_the_default(texts: int, client: Client) -> None:
    former = default_name()

    new = add("new", 7, "--provider", '{"query_prefix": "q: "}', "--description", "Finer")

    assert (new.status, new.is_active, new.is_default) == ("building", True, False)
    assert (new.dimension, new.provider, new.description) == (7, {"query_prefix": "q: "}, "Finer")
    assert default_name() == former
    client.execute("UPDATE messages SET content = 'changed' WHERE content LIKE 'note 1 %'")
    queued = "SELECT count(*) FROM embedding_queue WHERE embedding_model_id = %s"
    assert value(client, queued, new.pk) == 1


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--dimension", 0], "dimension: "),
        (["--dimension", 16_001], "dimension: "),
        (["--dimension", 7, "--backend", "no backend"], "is no backend"),
        (["--dimension", 7, "--backend", "no.such.Backend"], "cannot be imported"),
        (["--dimension", 7, "--model-path", "/no/such/folder"], "/no/such/folder"),
        (["--dimension", 7, "--provider", "{"], "not JSON"),
        (["--dimension", 7, "--provider", "[1]"], "JSON object"),
        (["--dimension", 7, "--provider", '{"api_key": "sk-123"}'], "looks like a secret"),
        (["--dimension", 7, "--distance", "manhattan"], "distance"),
        (
            ["--dimension", 5, "--backend", "tests.embeddings.queue.embedders.WrongSize"],
            "6 numbers",
        ),
        (["--dimension", 5, "--backend", "tests.embeddings.queue.embedders.Down"], "500"),
    ],
)
def test_what_cannot_be_had_is_refused_in_a_line(
    shared: str, arguments: list[Any], said: str
) -> None:
    with pytest.raises(CommandError) as caught:
        change("add", "new", *arguments)

    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(CommandError, match='No embedding model is called "new"; there is '):
        change("build", "new")


def test_a_model_that_only_workers_have_is_stored_unseen(shared: str) -> None:
    change("add", "far", "--dimension", 7, "--model-path", "/no/such/folder", "--no-check")

    assert model("far").model_path == "/no/such/folder"


def test_a_name_is_taken_once(shared: str) -> None:
    add("new")

    with pytest.raises(CommandError, match=r"“?\"new\" already \(5 dimensions, building\)"):
        change("add", "new", "--dimension", 9, "--backend", HASHED_WORDS)

    assert model("new").dimension == 5
