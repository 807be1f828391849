"""manage.py embed."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assistant.embeddings.models import ConversationEmbedding, EmbeddingModel, EmbeddingQueueItem
from assistant.embeddings.queue import reporting
from tests.embeddings.queue.conftest import HASHED_WORDS
from tests.embeddings.queue.test_failures import use
from tests.factories import make_embedding_model, make_message

pytestmark = pytest.mark.django_db


def embed(*arguments: str, **options: Any) -> str:
    output = StringIO()
    call_command("embed", *arguments, stdout=output, **options)
    return output.getvalue()


def test_it_says_what_it_did(model: EmbeddingModel) -> None:
    make_message()

    assert embed().splitlines()[-1] == "1 texts done; 1 vectors computed."
    assert embed() == "Nothing is waiting.\n"


def test_what_is_being_built_is_named(model: EmbeddingModel) -> None:
    make_embedding_model(name="new one", status="building")
    make_message()

    first = embed().splitlines()[0]

    assert first == "new one is being built, by: manage.py embedding_model build 'new one'"
    assert EmbeddingQueueItem.objects.count() == 1


def test_json_is_an_object_a_line(model: EmbeddingModel, monkeypatch: Any) -> None:
    monkeypatch.setattr(reporting.Reporter, "interval", 0)
    make_message()

    lines = [json.loads(line) for line in embed("--json").splitlines()]

    assert [line["event"] for line in lines] == ["note", "note", "progress", "end"]
    assert (lines[2]["done"], lines[2]["waiting"]) == (1, 0)
    assert lines[-1] == {
        "event": "end",
        "done": 1,
        "computed": 1,
        "retried": 0,
        "failed_now": 0,
        "taken": 0,
        "later": 0,
        "due": 0,
        "failed": 0,
    }


@pytest.mark.parametrize("name", ["Absent", "Down"])
def test_a_model_that_cannot_be_had_is_an_error(model: EmbeddingModel, name: str) -> None:
    use(name)
    other = make_embedding_model(backend=HASHED_WORDS)
    for number in range(3):
        make_message(content=f"text {number}")
    output = StringIO()

    with pytest.raises(CommandError) as caught:
        call_command("embed", stdout=output)

    assert caught.value.returncode == 1
    said = {"Absent": "The model is not there: put it into /models/small.", "Down": "500"}[name]
    assert said in output.getvalue()
    assert model.name in str(caught.value)
    # Other models' texts are embedded all the same.
    assert set(ConversationEmbedding.objects.values_list("embedding_model", flat=True)) == {
        other.pk
    }


def test_an_unknown_model_is_named(model: EmbeddingModel) -> None:
    with pytest.raises(CommandError, match=f'called "small"; there is {model.name}'):
        embed("--model", "small")


def test_a_wrong_limit_is_named(model: EmbeddingModel) -> None:
    with pytest.raises(CommandError, match="--limit is 0"):
        embed("--limit", "0")


def test_failed_texts_are_tried_again(model: EmbeddingModel, settings: Any) -> None:
    settings.ASSISTANT = {"EMBED_ATTEMPTS": 1}
    use("Poisoned")
    make_message(content="poison")
    assert "to try them again: manage.py embed --retry-failed" in embed()
    use("HashedWords")

    output = embed("--retry-failed")

    assert "1 failed texts are queued again." in output
    assert not EmbeddingQueueItem.objects.exists()


def test_what_others_have_taken_is_said(model: EmbeddingModel) -> None:
    make_message()
    item = EmbeddingQueueItem.objects.get()
    EmbeddingQueueItem.objects.update(
        locked_at=item.run_after, run_after=item.run_after.replace(year=2100)
    )

    assert embed().splitlines()[-1] == "1 texts are taken by other workers."


def test_a_terminal_gets_one_line_that_changes(model: EmbeddingModel) -> None:
    stream = StringIO()
    reporter = reporting.LineReporter(stream, is_terminal=True)
    reporter.interval = 0

    reporter.begin()
    for _ in range(2):
        reporter.advance(reporting.Outcome(done=5), lambda: 10)
    reporter.say("So.")

    first, second, third = stream.getvalue().replace("\r", "\n").strip().splitlines()
    assert first.startswith("5 done, 10 waiting, ")
    assert second.startswith("10 done, 10 waiting, ")
    assert third == "So."
