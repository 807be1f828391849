"""What the command embedding_model takes, and what it advises to type."""

import re
import shlex
from typing import Any

import pytest
from django.core.management import CommandError

from tests.embeddings.model_changes.commands import change, default_name, model
from tests.embeddings.queue.conftest import HASHED_WORDS


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["retire", "x", "--grace", "1e308"], "from 0 to 86,400"),
        (["retire", "x", "--grace", "86401"], "from 0 to 86,400"),
        (["retire", "x", "--grace", "nan"], "from 0 to 86,400"),
        (["retire", "x", "--grace", "-1"], "--grace"),
        (["build", "x", "--rate", "1e-300"], "from 0.001 on"),
        (["build", "x", "--rate", "0"], "from 0.001 on"),
        (["build", "x", "--rate", "inf"], "from 0.001 on"),
        (["build", "x", "--index-workers", "9" * 23], "from 0 to 1,024"),
        (["activate", "x", "--queries", "9" * 23], "from 0 to 10,000"),
        (["activate", "x", "--queries", "9" * 5_000], "from 0 to 10,000"),
        (["activate", "x", "--queries", "10001"], "from 0 to 10,000"),
        (["activate", "x", "--queries", "1.5"], "from 0 to 10,000"),
    ],
)
def test_numbers_are_bounded_before_anything_is_done(
    shared: str, arguments: list[str], said: str
) -> None:
    with pytest.raises(CommandError) as caught:
        change(*arguments)

    assert said in str(caught.value)
    assert arguments[2] in str(caught.value)


def test_numbers_up_to_the_bounds_are_taken(shared: str) -> None:
    for arguments in (
        ["retire", "none", "--grace", 86_400],
        ["build", "none", "--rate", 0.001, "--index-workers", 1_024],
        ["activate", "none", "--queries", 10_000],
    ):
        with pytest.raises(CommandError, match='called "none"'):
            change(*arguments)


@pytest.mark.parametrize("name", ["", "  ", "one\ntwo", "one\x1b[31m", "one\ttwo", "one\u2028two"])
def test_a_name_can_be_read_and_typed(shared: str, name: str) -> None:
    with pytest.raises(CommandError, match=r"was not added.*name: ") as caught:
        change("add", name, "--dimension", 5, "--backend", HASHED_WORDS)

    assert str(caught.value).isprintable()


def test_spaces_around_a_name_are_not_part_of_it(shared: str) -> None:
    text = change("add", " new ", "--dimension", 5, "--backend", HASHED_WORDS)

    assert text.startswith("new is added ")
    assert model("new").dimension == 5


def advised(text: Any, step: str) -> list[str]:
    """Return the arguments of the command that a text advises."""
    [found] = re.findall(rf"manage.py embedding_model ({step} [^;)\n]*)", str(text))
    return shlex.split(found)


def test_the_advice_works_for_a_name_with_a_dash_in_front(texts: int) -> None:
    former = default_name()
    added = change("add", "--dimension", 5, "--backend", HASHED_WORDS, "--", "--yes")
    with pytest.raises(CommandError) as caught:
        change("activate", "--yes", "--", "--yes")

    step, *rest = advised(caught.value, "activate")
    change(step, "--queries", 0, "--yes", *rest)
    assert default_name() == "--yes"
    change("activate", former, "--yes", "--force", "--queries", 0)

    built = change(*advised(added, "build"))
    assert f"{texts} of {texts} texts are done" in built
    step, *rest = advised(built, "activate")
    change(step, "--yes", *rest)
    assert default_name() == "--yes"
