"""manage.py embedding_model list."""

import json

from tests.embeddings.model_changes.commands import add, change, default_name


def test_a_line_a_model(texts: int) -> None:
    former = default_name()
    add("new")

    head, first, second = change("list").splitlines()

    assert head.split() == [
        *("name", "dimension", "backend", "status", "covered", "waiting", "failed", "indexes")
    ]
    assert first.split()[:3] == ["*", former, "3"]
    assert f"active    {texts} of {texts}" in first
    assert first.endswith("valid, missing")
    assert second.split()[:2] == ["new", "5"]
    assert "building  -" in second

    states = [json.loads(line) for line in change("list", "--json").splitlines()]
    assert [(state["name"], state["is_default"]) for state in states] == [
        (former, True),
        ("new", False),
    ]
    assert (states[0]["covered"], states[1]["covered"]) == (texts, None)
