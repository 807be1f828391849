"""manage.py embedding_model activate."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db import connections

from assistant.embeddings.model_changes.activation import activate_model
from assistant.embeddings.model_changes.overlap import compare
from assistant.embeddings.model_changes.questions import (
    Question,
    read_questions,
    recent_questions,
)
from assistant.embeddings.models import ConversationEmbedding, EmbeddingModel, SearchRecord
from assistant.embeddings.search import search
from assistant.embeddings.vector_indexes import drop_index
from tests.contract import rows
from tests.embeddings.model_changes.commands import add, change, default_name, model
from tests.embeddings.queue.conftest import Client
from tests.embeddings.queue.test_sessions import value, work

DOCUMENTS = "SELECT count(*) FROM knowledge_base WHERE embedding_model_id = %s"


def found_by(question: str = "orchard", mode: str = "vector") -> set[str]:
    hits = search(question, user=None, mode=mode, using="scratch")
    assert hits
    return {str(hits.embedding_model)}


def test_every_search_switches_and_back(texts: int, client: Client) -> None:
    former = default_name()
    add("new")
    change("build", "new")
    assert found_by() == {former}

    lines = change("activate", "new", "--yes").splitlines()

    assert "users' latest messages" in lines[0]
    assert "new is the default now: every search uses it." in lines
    assert f"back: manage.py embedding_model activate {former};" in lines[-2]
    assert lines[-1] == "4 documents have its vectors now."
    assert (found_by(), found_by(mode="hybrid")) == ({"new"}, {"new"})
    assert value(client, DOCUMENTS, model("new").pk) == 4

    # Both are kept in step, so going back takes no building.
    rows.message(client, value(client, "SELECT id FROM conversations"), content="the orchard later")
    work()
    change("activate", former, "--yes", "--queries", 0)
    assert (default_name(), found_by()) == (former, {former})
    assert value(client, DOCUMENTS, model(former).pk) == 4
    assert f"{former} is the default already" in change("activate", former)


def test_documents_keep_their_time_when_they_follow(texts: int, client: Client) -> None:
    client.execute("UPDATE knowledge_base SET title = title || '!'")
    state = "SELECT array_agg((updated_at, status) ORDER BY id)::text FROM knowledge_base"
    before = value(client, state)
    add("new")
    change("build", "new")

    # As the admin does; the workers follow.
    activate_model(model("new"), using="scratch")
    assert value(client, DOCUMENTS, model("new").pk) == 0
    work()

    assert value(client, DOCUMENTS, model("new").pk) == 4
    assert value(client, state) == before


def test_what_is_not_complete_is_refused_with_the_way_out(texts: int, client: Client) -> None:
    former = default_name()
    add("new")
    for said in ("not all texts have been queued", r"texts wait for their vectors"):
        with pytest.raises(CommandError, match=f"{said}.*embedding_model build new .*--force"):
            change("activate", "new", "--yes")
        work(names=["new"], limit=3)
    work(names=["new"])
    drop_index(model("new"), ConversationEmbedding, using="scratch")
    with pytest.raises(CommandError, match=r"the index idx_conversation_.* is missing"):
        change("activate", "new", "--yes")
    assert default_name() == former

    assert "is the default now" in change("activate", "new", "--force", "--yes")

    assert (default_name(), model("new").status) == ("new", "active")


def test_nobody_is_switched_unasked(texts: int) -> None:
    former = default_name()
    add("new")
    change("build", "new")

    with pytest.raises(CommandError, match=r"Search with new from now on.*--yes"):
        change("activate", "new")

    assert default_name() == former


def test_the_overlap_names_the_questions_that_differ(texts: int, tmp_path: Path) -> None:
    former = model(default_name())
    add("new", 64)
    change("build", "new", "--full-speed")
    path = tmp_path / "questions.txt"
    path.write_text("a note on the orchard\n\nledger lantern\nA note on  the orchard\n")

    same = compare(former, former, read_questions(str(path), 20), using="scratch")
    text = change("activate", "new", "--yes", "--queries-file", path)

    assert (same.mean("hybrid"), same.mean("vector"), len(same.comparisons)) == (1, 1, 2)
    assert f"Comparing by 2 questions: {path}.\nOf the first 10 hits of {former} and new, " in text
    assert "Most different:" in text
    assert "ledger lantern" in text
    with pytest.raises(CommandError, match="cannot be read"):
        change("activate", former.name, "--yes", "--queries-file", tmp_path / "none.txt")


ABSENT = "tests.embeddings.queue.embedders.Absent"


def test_a_former_model_that_cannot_be_had_keeps_nobody_from_another(
    texts: int, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    former = default_name()
    add("new")
    change("build", "new")
    client.execute("UPDATE embedding_models SET backend = %s WHERE name = %s", [ABSENT, former])

    assert "new is the default now" in change("activate", "new", "--yes")

    warned = capsys.readouterr().err
    assert f"Not compared: {former}: Searched by words only. The model is not there" in warned


def test_a_model_that_cannot_be_had_is_not_activated(texts: int, client: Client) -> None:
    former = default_name()
    add("new")
    change("build", "new")
    for both in ([], [former]):
        client.execute(
            "UPDATE embedding_models SET backend = %s WHERE name = ANY (%s)",
            [ABSENT, ["new", *both]],
        )
        with pytest.raises(
            CommandError, match=r"cannot be compared: new: .* The model is not there"
        ):
            change("activate", "new", "--yes")

    assert default_name() == former


def test_questions_are_users_latest_messages(client: Client) -> None:
    conversation = rows.conversation(client)
    for role, content in (
        ("user", "Where are the  minutes?"),
        ("user", "where are the minutes?"),
        ("assistant", "They are in the drawer."),
        ("user", "Thanks"),
        ("user", "x" * 400),
        ("user", "What comes after that?"),
    ):
        rows.message(client, conversation, role=role, content=content)

    texts = ["What comes after that?", "where are the minutes?"]
    assert [each.text for each in recent_questions(5, using="scratch")] == texts
    assert [each.text for each in recent_questions(1, using="scratch")] == texts[:1]


def test_of_messages_keys_are_printed(texts: int, client: Client) -> None:
    keys = {str(key) for [key] in client.execute("SELECT id FROM messages").fetchall()}
    add("new", 2)
    change("build", "new", "--full-speed")

    text = change("activate", "new", "--yes")

    _, _, worst = text.partition("Most different:\n")
    shown = [line.split("message ")[1] for line in worst.splitlines() if "(vectors" in line]
    assert shown
    assert set(shown) <= keys
    assert "note" not in text


def test_recorded_searches_are_shown_as_they_were_asked(shared: str) -> None:
    SearchRecord.objects.using("scratch").create(
        query="Where is  it?", mode="hybrid", sources=["messages"], hit_count=0, latency=0
    )

    [question] = recent_questions(5, using="scratch")

    assert question == Question("Where is it?", "Where is it?")


def test_of_two_activations_at_once_one_is_last(texts: int) -> None:
    names = ["one", "two"]
    for name in names:
        add(name)
        change("build", name)

    def activate(name: str) -> None:
        try:
            activate_model(model(name), using="scratch")
        finally:
            connections["scratch"].close()

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(activate, name) for name in names * 6]:
            future.result()

    defaults = EmbeddingModel.objects.using("scratch").filter(is_default=True)
    assert [row.name for row in defaults] in (["one"], ["two"])


def test_an_unknown_name_lists_the_known(shared: str) -> None:
    for step in ("build", "activate", "retire"):
        with pytest.raises(CommandError, match=f'called "nwe"; there is {default_name()}'):
            change(step, "nwe")
