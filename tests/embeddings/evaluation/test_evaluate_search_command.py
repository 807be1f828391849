"""The command evaluate_search."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError

from assistant.embeddings.evaluation import running
from assistant.embeddings.models import EmbeddingModel, SearchEvaluation, SearchRecord
from assistant.embeddings.search import search
from tests.embeddings.evaluation.conftest import Known
from tests.factories import make_embedding_model, make_user

Files = tuple[str, str]


@pytest.fixture
def files(known: Known, tmp_path: Path) -> Files:
    """Return questions and judgements of three documents."""
    known("refunds are paid by card\nwithin five days", source="/docs/refunds.md")
    known("roses in the garden need water", source="/docs/garden.md")
    known("the printer has no paper", title="Printer")
    queries, qrels = tmp_path / "questions.tsv", tmp_path / "qrels.txt"
    queries.write_text("1\trefunds by card\n2\tgarden roses water\n3\tprinter paper\n4\tunjudged\n")
    qrels.write_text("1 0 refunds.md 2\n1 0 lost.md 1\n2 0 garden 1\n3 0 Printer 1\n9 0 x 1\n")
    return str(queries), str(qrels)


def run(*arguments: str) -> tuple[str, str]:
    output, errors = StringIO(), StringIO()
    call_command("evaluate_search", *arguments, "--verbosity=0", stdout=output, stderr=errors)
    return output.getvalue(), errors.getvalue()


def test_figures_are_printed_and_stored(files: Files, model: EmbeddingModel) -> None:
    output, errors = run(*files)

    stored = SearchEvaluation.objects.get()
    assert (stored.name, stored.queries, stored.depth) == ("questions.tsv", 3, 100)
    assert (stored.embedding_model, stored.embedding_model_name) == (model, "hashed")
    assert set(stored.figures) == {"vector", "keyword", "hybrid"}
    # All three are the first; lost.md is in the ideal ranking of question 1.
    assert stored.figures["keyword"]["mrr"] == 1
    assert stored.figures["keyword"]["recall@100"] == pytest.approx(2.5 / 3)
    assert set(stored.per_query) == {"1", "2", "3"}
    figures = {"ndcg@10", "recall@100", "rr", "plans", "latency_ms"}
    assert set(stored.per_query["1"]["hybrid"]) == figures
    assert stored.parameters["modes"] == ["vector", "keyword", "hybrid"]
    assert stored.parameters["ranking"]["candidates"] == 100
    lines = output.splitlines()
    assert lines[0] == "questions.tsv: 3 questions, hashed"
    assert lines[2].split() == ["nDCG@10", "recall@100", "MRR", "median", "p95"]
    assert lines[4].split()[:4] == ["keyword", "0.9201", "0.8333", "1.0000"]
    assert f"Stored as questions.tsv ({stored.pk})." in output
    assert errors.splitlines() == [
        "Questions without a relevant document, left out (1): 4",
        "Judged questions that are not in QUERIES (1): 9",
        "Judged documents that are not found here, which count as not found by any search (1): "
        "lost.md",
    ]


def test_searches_made_here_are_not_recorded(files: Files, settings: Any) -> None:
    settings.ASSISTANT = {"RECORD_SEARCHES": "text"}
    search("refund", user=None, mode="keyword")

    run(*files)

    assert SearchRecord.objects.count() == 1


def test_json_is_all_of_it(files: Files) -> None:
    output, _errors = run(*files, "--json", "--no-save", "--mode=keyword", "--mode=hybrid")

    found = json.loads(output)
    assert found["id"] is None
    assert found["questions"] == 3
    assert list(found["figures"]) == ["keyword", "hybrid"]
    assert [(c["first"], c["second"]) for c in found["comparisons"]] == [("hybrid", "keyword")]
    assert set(found["per_query"]) == {"1", "2", "3"}
    assert len(found["notes"]) == 3
    assert not SearchEvaluation.objects.exists()


def test_runs_are_written_under_the_ids_of_the_judgements(files: Files, tmp_path: Path) -> None:
    run(*files, "--no-save", f"--run={tmp_path / 'runs'}", "--name=first try")

    lines = (tmp_path / "runs" / "keyword.run").read_text().splitlines()
    assert lines == [
        "1 Q0 refunds.md 1 1 first_try-keyword",
        "2 Q0 garden 1 1 first_try-keyword",
        "3 Q0 Printer 1 1 first_try-keyword",
    ]
    assert (tmp_path / "runs" / "vector.run").exists()
    assert (tmp_path / "runs" / "hybrid.run").exists()


def test_all_questions_are_shown_with_their_plans(files: Files) -> None:
    output, _errors = run(*files, "--per-query", "--no-save")

    [line] = [line for line in output.splitlines() if line.startswith("  1  ")]
    assert "[vector: messages exact, documents exact; keyword: messages " in line
    # Where a ranking has both legs, it is said whose plan is whose.
    assert "hybrid: messages exact, documents exact, keyword:messages " in line
    assert line.endswith("refunds by card")
    assert "nDCG@10 of each question, and hybrid to the better leg:" in output


@pytest.mark.parametrize("name", ["latest", "before", "KEY"])
def test_a_stored_evaluation_is_compared_with(files: Files, name: str) -> None:
    run(*files, "--name=before")
    before = SearchEvaluation.objects.get()
    before.per_query["2"]["hybrid"]["ndcg@10"] = 0.25
    before.created_at -= timedelta(hours=1)
    before.save()
    name = str(before.pk) if name == "KEY" else name

    output, _errors = run(*files, f"--compare={name}", "--name=after")

    assert "Compared with before of " in output
    assert "better 1, worse 0, same 2; p = 1.0000: may be chance" in output
    assert "keyword            +0.0000  better 0, worse 0, same 3; 3 questions in common" in output
    [line] = [line for line in output.splitlines() if "0.2500 -> 1.0000" in line]
    assert line.split()[:2] == ["2", "+0.7500"]

    found = json.loads(run(*files, f"--compare={name}", "--json", "--no-save")[0])
    expected = 0.25 if name != "latest" else 0
    assert found["compared_with"]["modes"]["hybrid"]["mean"] == pytest.approx(expected)


def test_other_questions_cannot_be_compared(files: Files) -> None:
    SearchEvaluation.objects.create(name="other", queries=0, depth=100)

    output, _errors = run(*files, "--compare=other", "--no-save")

    assert "other has no question and mode in common with this one." in output


def test_the_user_the_sources_and_the_model_are_those_named(
    files: Files, known: Known, model: EmbeddingModel
) -> None:
    make_user(username="ada")
    model.is_default = False
    model.save()

    found = json.loads(
        run(*files, "--user=ada", "--sources=documents", f"--model={model.name}", "--json")[0]
    )

    assert found["embedding_model"] == "hashed"
    assert found["parameters"]["sources"] == ["documents"]
    assert found["per_query"]["1"]["vector"]["plans"] == {"documents": "exact"}
    assert SearchEvaluation.objects.get().embedding_model == model


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["--user=nobody"], "There is no user 'nobody'"),
        (["--model=none"], '--model: No embedding model is called "none"; there is .*hashed'),
        (["--sources=emails"], "--sources has 'emails': some of messages,documents"),
        (["--compare=none"], "There is no evaluation 'none' to compare with: none is stored yet"),
        (["--compare=latest"], "There is no evaluation 'latest'"),
    ],
)
def test_what_is_not_there_is_said_first(files: Files, arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run(*files, *arguments)


def test_ids_that_nothing_answers_to_end_it(files: Files, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text(f"1 0 {uuid4()} 1\n2 0 nothing.md 1\n")

    with pytest.raises(CommandError, match="None of the 2 relevant documents is found here") as at:
        run(files[0], str(other))
    assert "a document's source, whole or its end" in str(at.value)


@pytest.mark.parametrize(
    "text, message",
    [
        ("7 0 refunds.md 1\n", r"No question of QUERIES \(1, 2, 3, 4\) is in QRELS \(7\)"),
        ("1 0 refunds.md 0\n", "QRELS has to have grades above 0"),
        ("1 0 refunds.md\n", "line 1: the grade is 'refunds.md'"),
    ],
)
def test_judgements_that_judge_nothing_end_it(
    files: Files, tmp_path: Path, text: str, message: str
) -> None:
    other = tmp_path / "other.txt"
    other.write_text(text)

    with pytest.raises(CommandError, match=message):
        run(files[0], str(other))


def test_standard_input_is_one_of_the_files(files: Files) -> None:
    with pytest.raises(CommandError, match="Only one of QUERIES and QRELS can be -"):
        run("-", "-")


def test_a_model_that_cannot_be_had_is_said_in_one_line(files: Files) -> None:
    make_embedding_model(name="broken", backend="no.such.Backend")

    with pytest.raises(CommandError, match=r"Nothing was measured\. With --mode keyword") as caught:
        run(*files, "--model=broken")
    assert "\n" not in str(caught.value)
    assert not SearchEvaluation.objects.exists()
    # By words it can be measured.
    run(*files, "--mode=keyword")


def test_an_interruption_says_what_is_done_and_stores_nothing(files: Files) -> None:
    output = StringIO()
    ask, asked = running.Searcher.ask, []

    def interrupt(*arguments: Any) -> Any:
        asked.append(arguments)
        if len(asked) == 4:  # one to try, two questions
            raise KeyboardInterrupt
        return ask(*arguments)

    with (
        patch.object(running.Searcher, "ask", interrupt),
        pytest.raises(CommandError, match="Interrupted, after 2 of 3 questions; nothing") as caught,
    ):
        call_command("evaluate_search", *files, "--mode=keyword", stdout=output, stderr=StringIO())
    assert caught.value.returncode == 130
    assert "questions.tsv: 2 questions" in output.getvalue()
    assert not SearchEvaluation.objects.exists()


def test_figures_that_cannot_be_stored_are_printed(files: Files) -> None:
    with patch(
        "assistant.embeddings.management.commands.evaluate_search.save",
        side_effect=DatabaseError("read-only\nLINE 1"),
    ):
        output, errors = run(*files, "--mode=keyword")

    assert "keyword" in output
    assert "Stored" not in output
    assert errors.splitlines()[-1] == "Not stored: read-only."
