"""What the command ``embedding_model`` prints."""

from collections.abc import Iterator
from typing import Any

from assistant.embeddings.model_changes.advice import embed_command, step_command
from assistant.embeddings.model_changes.building import Built
from assistant.embeddings.model_changes.completeness import Completeness
from assistant.embeddings.model_changes.overlap import DEPTH, Overlap

__all__ = ["backlog_lines", "build_event", "build_lines", "overlap_lines", "state_lines"]

WORST = 3
LONGEST_QUESTION = 60


def build_event(built: Built) -> dict[str, Any]:
    """Return what a build has come to, for machines."""
    completeness = built.completeness
    return {
        "event": "built",
        "model": completeness.model.name,
        "texts": completeness.texts,
        "covered": completeness.covered,
        "waiting": completeness.waiting,
        "failed": completeness.failed,
        "indexes": {state.table: state.status for state in completeness.indexes},
        "is_complete": not completeness.problems(),
    }


def build_lines(built: Built) -> Iterator[str]:
    """Yield what a build has come to, and what is next."""
    completeness = built.completeness
    name = completeness.model.name
    if completeness.covered is None:
        yield f"{name}: its texts have not all been queued yet."
    else:
        yield f"{name}: {completeness.covered:,} of {completeness.texts:,} texts are done."
    if completeness.failed:
        yield (
            f"{completeness.failed:,} texts have failed; to try them again: "
            f"{embed_command(name, '--retry-failed')}"
        )
    if built.is_stopped:
        return
    if completeness.waiting:
        yield f"{completeness.waiting:,} texts are left to manage.py embed, which goes on."
    if not completeness.problems() and not completeness.model.is_default:
        yield f"Next: {step_command('activate', name)}"


def backlog_lines(completeness: Completeness) -> Iterator[str]:
    """Yield how many texts wait when a model becomes the default, and what that means."""
    if completeness.waiting:
        yield (
            f"Texts that wait for their vectors of {completeness.model.name}: "
            f"{completeness.waiting:,}. Until then searches find them by their words."
        )


def overlap_lines(overlap: Overlap, former: str, new: str) -> Iterator[str]:
    """Yield how much of what one model finds another finds, too."""
    count = len(overlap.comparisons)
    yield (
        f"Of the first {DEPTH} hits of {former} and {new}, {overlap.mean('hybrid'):.0%} are the "
        f"same (by vectors alone {overlap.mean('vector'):.0%}), in the mean over {count} questions."
    )
    worst = [item for item in overlap.worst(WORST) if min(item.shares.values()) < 1]
    if worst:
        yield "Most different:"
    for item in worst:
        yield (
            f"  {item.shares['hybrid']:>4.0%} (vectors {item.shares['vector']:>4.0%})  "
            f"{shortened(item.question.shown)}"
        )


def state_lines(states: list[dict[str, Any]]) -> Iterator[str]:
    """Yield a line for each model, in columns, below their names."""
    head = ("", "name", "dimension", "backend", "status", "covered", "waiting", "failed", "indexes")
    rows = [head, *(_row(state) for state in states)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(head))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _row(state: dict[str, Any]) -> tuple[str, ...]:
    covered = "-"
    if state["covered"] is not None:
        covered = f"{state['covered']:,} of {state['texts']:,}"
    return (
        "*" if state["is_default"] else "",
        shortened(state["name"]),
        f"{state['dimension']:,}",
        state["backend"],
        state["status"],
        covered,
        f"{state['waiting']:,}",
        f"{state['failed']:,}",
        ", ".join(state["indexes"].values()),
    )


def shortened(text: str) -> str:
    """Return a text that fits into a line."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    if len(printable) <= LONGEST_QUESTION:
        return printable
    return printable[: LONGEST_QUESTION - 1] + "…"
