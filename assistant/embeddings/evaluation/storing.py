"""Evaluations in the database: stored, and found again."""

from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from uuid import UUID

from assistant.embeddings.evaluation.results import Evaluation
from assistant.embeddings.evaluation.running import Searcher, reranker
from assistant.embeddings.models import SearchEvaluation
from assistant.embeddings.search import parameters as ranking

__all__ = ["latest", "named", "parameters_of", "save"]

LATEST = "latest"
DISTRIBUTION = "django-ai-assistant-backend"


def save(evaluation: Evaluation, *, using: str) -> SearchEvaluation:
    """Store an evaluation."""
    model = evaluation.embedding_model
    row: SearchEvaluation = SearchEvaluation._base_manager.using(using).create(
        name=evaluation.name,
        queries=len(evaluation.answers),
        depth=evaluation.depth,
        embedding_model=model,
        embedding_model_name=model.name if model is not None else "",
        figures=evaluation.figures,
        per_query=evaluation.per_query,
        parameters=evaluation.parameters,
    )
    return row


def named(name: str, *, using: str) -> SearchEvaluation | None:
    """Return the latest evaluation of this name, or the one of this key; "latest" is any name."""
    rows = SearchEvaluation._base_manager.using(using).order_by("-created_at", "-pk")
    if name != LATEST:
        try:
            rows = rows.filter(pk=UUID(name))
        except ValueError:
            rows = rows.filter(name=name.replace("\0", ""))
    return rows.first()


def latest(*, using: str) -> list[str]:
    """Return names of the latest evaluations."""
    rows = SearchEvaluation._base_manager.using(using).order_by("-created_at")
    return list(dict.fromkeys(rows.values_list("name", flat=True)[:20]))


def parameters_of(searcher: Searcher, modes: Sequence[str]) -> dict[str, Any]:
    """Return what searches are run with."""
    try:
        release = version(DISTRIBUTION)
    except PackageNotFoundError:
        release = ""
    return {
        "version": release,
        "modes": list(modes),
        "sources": list(searcher.sources),
        "tags": list(searcher.tags),
        "user": str(searcher.user.pk) if searcher.user is not None else None,
        "ranking": _ranking_parameters(),
        "reranker": reranker() if searcher.rerank is not False else {},
    }


def _ranking_parameters() -> dict[str, Any]:
    """Return all parameters of ranking, by their names in lower case."""
    return {
        name.lower(): dict(value) if isinstance(value, Mapping) else value
        for name, value in ((name, getattr(ranking, name)) for name in ranking.__all__)
    }
