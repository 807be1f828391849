"""The demo's judged questions, as docs/evaluating_search.md has them evaluated."""

import json
from io import StringIO

from django.core.management import call_command

from assistant.demo.content import DATA, documents
from assistant.demo.services import load_demo
from assistant.embeddings.evaluation.judgements import read_judgements
from assistant.embeddings.evaluation.queries import read_queries

QUERIES = str(DATA / "evaluation" / "queries.tsv")
QRELS = str(DATA / "evaluation" / "qrels.txt")


def test_each_question_has_an_answer_in_the_demo():
    sources = {document.source for document in documents()}

    judgements = read_judgements(QRELS)

    assert list(judgements) == list(read_queries(QUERIES))
    assert {name for grades in judgements.values() for name in grades} <= sources


def test_the_demo_is_evaluated(scratch):
    load_demo(using="scratch")
    output, errors = StringIO(), StringIO()

    call_command(
        "evaluate_search",
        QUERIES,
        QRELS,
        model="demo-hashed-words",
        sources="documents",
        json=True,
        verbosity=0,  # no progress
        database="scratch",
        stdout=output,
        stderr=errors,
    )

    found = json.loads(output.getvalue())
    assert found["notes"] == []
    assert errors.getvalue() == ""
    assert found["questions"] == 40
    assert found["id"]
    figures = {mode: means["ndcg@10"] for mode, means in found["figures"].items()}
    # What only counts words finds little by meaning, and the words nearly everything.
    assert figures["keyword"] > 0.7
    assert 0.3 < figures["vector"] < 0.5
    assert figures["vector"] < figures["hybrid"]
    assert figures["keyword"] < figures["hybrid"]
