"""The command search."""

import json
import re
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.factories import (
    make_conversation,
    make_document,
    make_embedding_model,
    make_message,
    make_user,
)

pytestmark = pytest.mark.django_db


def run(*arguments: str, **options: Any) -> str:
    output = StringIO()
    call_command("search", *arguments, "--mode=keyword", stdout=output, stderr=output, **options)
    return output.getvalue()


def test_hits_are_printed() -> None:
    make_document(title="Policy", source="refunds.md", content="A refund takes five days.")

    assert run("how", "long", "do", "refunds", "take") == (
        "1. document Policy (refunds.md) [0:25] score 1.0500 (keyword 1)\n"
        "   A **refund** **takes** five days.\n"
    )


def test_hits_are_json() -> None:
    message = make_message(content="A refund takes five days.")

    [line] = run("refund", "--json").splitlines()

    hit = json.loads(line)
    assert hit["text"] == message.content
    assert hit["ranks"] == {"keyword": 1}
    assert hit["scores"]["keyword"] > 0
    assert hit["duplicates"] == 0
    assert hit["source"] == {
        "type": "message",
        "id": str(message.pk),
        "conversation": str(message.conversation_id),
        "role": "user",
        "timestamp": message.timestamp.isoformat(),
    }
    assert (hit["start"], hit["end"]) == (0, 25)


def test_how_it_was_searched_can_be_told() -> None:
    make_message(content="A refund takes five days.")

    *_hits, told = run("refund", "--why").splitlines()

    assert "mode keyword" in told
    assert "messages by words: all" in told
    assert re.search(r"rank \d+\.\d ms", told)


def test_nothing_is_said_to_be_nothing() -> None:
    assert run("refund") == "Nothing was found.\n"
    assert run("refund", "--json") == ""


def test_a_model_is_tried_by_its_name() -> None:
    make_document(content="a refund")
    make_embedding_model(name="other")

    assert "model other;" in run("refund", "--why", "--model=other")
    assert "model all-MiniLM-L6-v2;" in run("refund", "--why")


def test_a_user_is_a_name_or_a_key() -> None:
    user = make_user(username="ada")
    make_message(content="refund one", conversation=make_conversation(user=user))
    make_message(content="refund two")

    assert run("refund").count("refund") == 2
    assert run("refund", "--user=ada") == run("refund", f"--user={user.pk}")
    assert run("refund", "--user=ada").count("refund") == 1


def test_what_terminals_obey_is_not_printed() -> None:
    make_message(content="refund \x1b[31mred\x07")

    assert "\x1b" not in run("refund")
    assert "\x07" not in run("refund")


@pytest.mark.parametrize(
    "arguments, said",
    [
        ([""], "The query is empty"),
        (["x", "--user=nobody"], "There is no user 'nobody'"),
        (
            ["x", "--model=none"],
            '--model: No embedding model is called "none"; there is all-MiniLM',
        ),
        (["x", "--limit=0"], "limit is 0"),
        (["x", "--since=yesterday"], "--since is 'yesterday': a day or time such as 2024-05-31"),
        (["x", "--since=2024-04-31"], "--since is '2024-04-31'"),
        (["x", "--conversation=1"], "conversation is '1'"),
        (["x", "--filter=project"], "--filter is 'project': NAME=VALUE is expected"),
        (["x", "--filter=project=3"], "There is no filter 'project'"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_nonsense_is_refused(arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run(*arguments)


def test_since_and_tags_narrow() -> None:
    make_document(content="refund", tags=["a"])
    make_document(content="refund", title="Other")

    assert run("refund", "--tags=a").count("document") == 1
    assert run("refund", "--since=2000-01-01").count("document") == 2
    assert run("refund", "--since=9000-01-01 10:00") == "Nothing was found.\n"
    assert run("refund", "--source=messages") == "Nothing was found.\n"


def test_hits_are_ranked_again_unless_told(settings: Any) -> None:
    for text in ("a refund, and the same refund", "a refund"):
        make_document(title="t", content=text)
    assert "(keyword 1)" in run("refund", "--no-rerank")
    with pytest.raises(CommandError, match="there is no re-ranker"):
        run("refund", "--rerank")

    settings.ASSISTANT = {"RERANKER": {"backend": "tests.embeddings.rerankers.counting.Shortest"}}
    for arguments in ([], ["--rerank"]):
        [first, second] = run("refund", *arguments).splitlines()[::2]
        assert "score -8.0000" in first
        assert "reranker 2" in second
    assert "reranker" not in run("refund", "--no-rerank")
