"""Say of which embedding model the vectors of each size are."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from assistant.schema.adopting.findings import CHANGED, REFUSED, Finding

__all__ = ["ModelChoice", "Models", "choose_models", "make_models", "of_no_vectors"]

MODELS = "SELECT id, name, dimension, is_active IS NOT FALSE FROM embedding_models ORDER BY name"
MAKE = "INSERT INTO embedding_models (name, dimension) VALUES (%s, %s) RETURNING id"
WHAT = "vectors of {size:,} dimensions"


@dataclass(frozen=True)
class ModelChoice:
    """A model; ``key`` is None where it is still to be made."""

    name: str
    key: UUID | None


@dataclass
class Models:
    """Which model there is for each size, and what to say of it."""

    choices: dict[int, ModelChoice] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def choose_models(connection: Any, sizes: dict[int, int], *, wanted: dict[int, str]) -> Models:
    """Choose: the one that was named, else the only one of that size, or the only active one.

    Nothing in the files says more, and vectors of one model under another's name would be compared
    with what they have nothing to do with.
    """
    with connection.cursor() as cursor:
        cursor.execute(MODELS)
        rows = cursor.fetchall()
    found = Models()
    for size, count in sorted(sizes.items()):
        fitting = [
            (key, name, active) for key, name, dimension, active in rows if dimension == size
        ]
        if size in wanted:
            same = [(key, dim) for key, name, dim, _ in rows if name == wanted[size]]
            _take_wanted(found, size, count, wanted[size], same)
            continue
        candidates = [each for each in fitting if each[2]] or fitting
        what = WHAT.format(size=size)
        if len(candidates) == 1:
            [(key, name, _)] = candidates
            found.choices[size] = ModelChoice(name, key)
            found.findings.append(_announce(size, count, name))
        elif not candidates:
            way_out = f"Name their model, which is made then: --model {size}=NAME."
            text = "none of that dimension"
            found.findings.append(
                Finding(REFUSED, what, text, "an embedding model", way_out, count)
            )
        else:
            names = ", ".join(name for _, name, _ in candidates)
            way_out = f"Say which one made them: --model {size}=NAME."
            expected = "one embedding model"
            found.findings.append(Finding(REFUSED, what, names, expected, way_out, count))
    found.findings += of_no_vectors(sizes, wanted=wanted)
    return found


def of_no_vectors(sizes: Container[int], *, wanted: dict[int, str]) -> list[Finding]:
    """Refuse names for sizes that no vector has: somebody expects other vectors."""
    return [
        Finding(REFUSED, f"--model {size}={name}", "none of that size", "vectors", "Leave it out.")
        for size, name in sorted(wanted.items())
        if size not in sizes
    ]


def make_models(connection: Any, choices: dict[int, ModelChoice]) -> dict[int, UUID]:
    """Make the models that are not there; return the key of each size's."""
    keys: dict[int, UUID] = {}
    with connection.cursor() as cursor:
        for size, choice in choices.items():
            if choice.key is None:
                cursor.execute(MAKE, [choice.name, size])
                keys[size] = cursor.fetchone()[0]
            else:
                keys[size] = choice.key
    return keys


def _take_wanted(
    found: Models, size: int, count: int, name: str, same: list[tuple[UUID, int]]
) -> None:
    if not same:
        found.choices[size] = ModelChoice(name, None)
        found.findings.append(_announce(size, count, f"{name}, a new one"))
        return
    [(key, dimension)] = same
    if dimension == size:
        found.choices[size] = ModelChoice(name, key)
        found.findings.append(_announce(size, count, name))
        return
    found.findings.append(
        Finding(
            REFUSED,
            WHAT.format(size=size),
            f"{name} has {dimension:,} dimensions",
            f"an embedding model of {size:,} dimensions",
            f"Choose another: --model {size}=NAME.",
            count,
        )
    )


def _announce(size: int, count: int, name: str) -> Finding:
    text = f"{count:,}, of the model {name}"
    way_out = "They become single precision."
    return Finding(CHANGED, WHAT.format(size=size), text, "", way_out, count)
