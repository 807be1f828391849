"""An evaluation as lines of text, and as one JSON object."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from assistant.embeddings.evaluation.comparing import (
    Comparison,
    compare_modes,
    margins,
)
from assistant.embeddings.evaluation.metrics import NDCG
from assistant.embeddings.evaluation.results import Evaluation
from assistant.embeddings.evaluation.significance import LEVEL

__all__ = ["as_json", "lines"]

# Of how many questions the largest differences are shown.
SHOWN = 5
TEXT_LENGTH = 70
HEADINGS = ("nDCG@10", "recall@100", "MRR", "median", "p95")


def lines(
    evaluation: Evaluation,
    comparisons: Mapping[str, Comparison],
    *,
    stored: Any,
    former: Any,
    every: bool,
) -> Iterator[str]:
    """Yield all of an evaluation: of each question, or of those that differ most."""
    model = evaluation.embedding_model
    yield f"{evaluation.name}: {len(evaluation.answers):,} questions" + (
        f", {model.name}" if model is not None else ""
    )
    yield ""
    yield from summary_lines(evaluation)
    yield from query_lines(evaluation, every=every)
    if comparisons:
        yield from difference_lines(comparisons, evaluation, former, every=every)
    elif former is not None:
        yield ""
        yield f"{former.name} has no question and mode in common with this one."
    if stored is not None:
        yield ""
        yield f"Stored as {evaluation.name} ({stored.pk})."


def summary_lines(evaluation: Evaluation) -> Iterator[str]:
    """Yield the table of the modes, and how they compare."""
    yield f"{'':<10}" + "".join(f"{heading:>12}" for heading in HEADINGS)
    for mode, figures in evaluation.figures.items():
        latency = figures["latency_ms"]
        means = (f"{figures[name]:>12.4f}" for name in ("ndcg@10", "recall@100", "mrr"))
        times = (f"{latency[name]:>9.1f} ms" for name in ("median", "p95"))
        yield f"{mode:<10}" + "".join([*means, *times])
    yield from mode_lines(compare_modes(evaluation.per_query, evaluation.modes))


def mode_lines(comparisons: list[Comparison]) -> Iterator[str]:
    """Yield whether hybrid is above its legs, and how sure that is."""
    if not comparisons:
        return
    hybrid = [comparison for comparison in comparisons if comparison.first == "hybrid"]
    below = [comparison.second for comparison in hybrid if comparison.mean <= 0]
    yield ""
    if below:
        yield f"Hybrid is NOT above {' and '.join(below)} (nDCG@10)."
    elif len(hybrid) > 1:
        yield "Hybrid is above both of its legs (nDCG@10)."
    for comparison in comparisons:
        yield _compared(comparison, f"{comparison.first} - {comparison.second}")


def difference_lines(
    comparisons: Mapping[str, Comparison], evaluation: Evaluation, former: Any, *, every: bool
) -> Iterator[str]:
    """Yield how each mode compares with a stored evaluation, and the questions that differ."""
    yield ""
    model = former.embedding_model_name or "no model"
    yield f"Compared with {former.name} of {former.created_at:%Y-%m-%d %H:%M} ({model}):"
    for mode, comparison in comparisons.items():
        common = len(comparison.differences)
        yield f"{_compared(comparison, mode)}; {common:,} questions in common"
        ordered = sorted(comparison.differences.items(), key=lambda item: item[1])
        for query, difference in ordered if every else _ends(ordered):
            then = former.per_query[query][mode]
            figures = evaluation.answers[query][mode].figures
            yield (
                f"{_id(query)}  {difference:+.4f}  {then[NDCG]:.4f} -> {figures[NDCG]:.4f}"
                f"  [{_plans(then.get('plans', {}), mode)} -> "
                f"{_plans(evaluation.answers[query][mode].plans, mode)}]  "
                f"{_short(evaluation.texts[query])}"
            )


def query_lines(evaluation: Evaluation, *, every: bool) -> Iterator[str]:
    """Yield the questions where hybrid differs most from the better leg; or all questions."""
    differences = margins(evaluation.per_query)
    if every:
        yield ""
        yield "nDCG@10 of each question" + (
            ", and hybrid to the better leg:" if differences else ":"
        )
        for query in evaluation.answers:
            yield _query(evaluation, query, differences.get(query))
        return
    ordered = list(differences.items())
    worst = [item for item in ordered[:SHOWN] if item[1] < 0]
    best = [item for item in reversed(ordered[-SHOWN:]) if item[1] > 0]
    for heading, items in (("loses most", worst), ("wins most", best)):
        if items:
            yield ""
            yield f"Where hybrid {heading} against the better leg (nDCG@10):"
            for query, difference in items:
                yield _query(evaluation, query, difference, plans=("hybrid",))


def as_json(
    evaluation: Evaluation, comparisons: Mapping[str, Comparison], *, stored: Any, former: Any
) -> dict[str, Any]:
    """Return all of an evaluation."""
    model = evaluation.embedding_model
    found = {
        "id": str(stored.pk) if stored is not None else None,
        "name": evaluation.name,
        "questions": len(evaluation.answers),
        "depth": evaluation.depth,
        "embedding_model": model.name if model is not None else None,
        "parameters": evaluation.parameters,
        "notes": evaluation.notes,
        "figures": evaluation.figures,
        "comparisons": [
            comparison.as_json()
            for comparison in compare_modes(evaluation.per_query, evaluation.modes)
        ],
        "per_query": evaluation.per_query,
    }
    if former is not None:
        found["compared_with"] = {
            "id": str(former.pk),
            "name": former.name,
            "created_at": former.created_at.isoformat(),
            "modes": {mode: comparison.as_json() for mode, comparison in comparisons.items()},
        }
    return found


def _compared(comparison: Comparison, heading: str) -> str:
    same = len(comparison.differences) - comparison.better - comparison.worse
    said = (
        f"{heading:<18} {comparison.mean:+.4f}  better {comparison.better:,}, "
        f"worse {comparison.worse:,}, same {same:,}"
    )
    if same == len(comparison.differences):
        return said
    sure = "more than chance" if comparison.is_significant else f"may be chance (p >= {LEVEL})"
    return f"{said}; p = {comparison.p:.4f}: {sure}"


def _query(
    evaluation: Evaluation,
    query: str,
    difference: float | None,
    *,
    plans: tuple[str, ...] = (),
) -> str:
    answers = evaluation.answers[query]
    figures = "  ".join(f"{mode} {answer.figures[NDCG]:.4f}" for mode, answer in answers.items())
    said = "; ".join(f"{mode}: {_plans(answers[mode].plans, mode)}" for mode in plans or answers)
    margin = "" if difference is None else f"{difference:+.4f}  "
    return f"{_id(query)}  {margin}{figures}  [{said}]  {_short(evaluation.texts[query])}"


def _id(query: str) -> str:
    return f"  {_short(query):<6}"


def _plans(plans: Mapping[str, str], mode: str) -> str:
    # Which leg a plan is of, "keyword:documents", goes without saying where it is the only one.
    told = ((source.removeprefix(f"{mode}:"), plan) for source, plan in plans.items())
    return ", ".join(f"{source} {plan}" for source, plan in told) or "-"


def _short(text: str) -> str:
    text = "".join(c if c.isprintable() else " " for c in text)
    return text if len(text) <= TEXT_LENGTH else text[: TEXT_LENGTH - 1] + "…"


def _ends(ordered: list[tuple[str, float]]) -> Iterable[tuple[str, float]]:
    yield from (item for item in ordered[:SHOWN] if item[1] < 0)
    yield from (item for item in ordered[-SHOWN:] if item[1] > 0)
