"""What the command ``embedding_model`` takes."""

import argparse
import json
import math
from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandParser
from django.db import DEFAULT_DB_ALIAS, connections

from assistant.embeddings.model_changes.retirement import GRACE
from assistant.embeddings.models import EmbeddingModel

__all__ = ["add_arguments"]

# What is more is a slip: a text in 17 minutes, a day of grace, hours of comparing.
SLOWEST_RATE = 0.001
LONGEST_GRACE = 86_400
MOST_QUERIES = 10_000
MOST_INDEX_WORKERS = 1_024  # what the server's setting takes


def add_arguments(parser: CommandParser) -> None:
    """Take a step and what it needs."""
    steps = parser.add_subparsers(dest="step", required=True, metavar="STEP")
    _add(steps)
    _build(steps)
    _activate(steps)
    _retire(steps)
    step = _step(steps, "list", "say how it stands with each model")
    step.add_argument("--json", action="store_true", help="a JSON object a model")


def _step(steps: Any, name: str, text: str) -> CommandParser:
    step: CommandParser = steps.add_parser(name, help=text, description=f"{text.capitalize()}.")
    step.add_argument(
        "--database",
        default=DEFAULT_DB_ALIAS,
        choices=list(connections),
        help="the alias of the database (default: %(default)s)",
    )
    if name != "list":
        step.add_argument("name", metavar="NAME", help="what the model is called")
    return step


def _add(steps: Any) -> None:
    step = _step(steps, "add", "store a model beside those that are there; texts are queued for it")
    step.add_argument("--dimension", type=int, required=True, metavar="N", help="of its vectors")
    step.add_argument(
        "--backend",
        default="fastembed",
        help="fastembed, sentence_transformers, openai, or a class's dotted path "
        "(default: %(default)s)",
    )
    step.add_argument("--model-path", metavar="DIR", help="a folder that holds the model's files")
    step.add_argument(
        "--provider",
        type=json_object,
        default={},
        metavar="JSON",
        help="the backend's options, without secrets: "
        '\'{"base_url": "http://localhost:11434/v1", "api_key_env": "OPENAI_API_KEY"}\'',
    )
    step.add_argument(
        "--distance",
        choices=EmbeddingModel.Distance.values,
        default=EmbeddingModel.Distance.COSINE.value,
        help="default: %(default)s",
    )
    step.add_argument("--description", metavar="TEXT")
    step.add_argument(
        "--no-check",
        "--force",
        action="store_true",
        help="store it though it cannot be had here: workers elsewhere have it",
    )


def _build(steps: Any) -> None:
    step = _step(steps, "build", "compute a model's vectors and indexes while others search")
    step.add_argument("--rate", type=speed, metavar="TEXTS", help="at most so many texts a second")
    step.add_argument(
        "--full-speed", action="store_true", help="without rests: for when nobody searches"
    )
    step.add_argument(
        "--index-workers",
        type=up_to(MOST_INDEX_WORKERS),
        default=0,
        metavar="N",
        help="processes that help the server's one to build an index (default: %(default)s)",
    )
    step.add_argument(
        "--again", action="store_true", help="take back a model that is retired or not active"
    )
    step.add_argument("--json", action="store_true", help="progress as JSON, an object a line")


def _activate(steps: Any) -> None:
    step = _step(steps, "activate", "make a model the one that every search uses")
    _confirmation(step)
    step.add_argument(
        "--force", action="store_true", help="though it is not complete, or not comparable"
    )
    step.add_argument(
        "--queries",
        type=up_to(MOST_QUERIES),
        default=20,
        metavar="N",
        help="by how many questions both models are compared (default: %(default)s; 0: none)",
    )
    step.add_argument("--queries-file", metavar="FILE", help="questions, one a line")


def _retire(steps: Any) -> None:
    step = _step(steps, "retire", "take a model out of use, and delete its vectors and indexes")
    _confirmation(step)
    step.add_argument(
        "--grace",
        type=seconds,
        default=GRACE,
        metavar="SECONDS",
        help="before the first row goes: for searches that have begun (default: %(default)g)",
    )


def _confirmation(step: CommandParser) -> None:
    step.add_argument("--yes", "--no-input", "--noinput", action="store_true", help="do not ask")


def json_object(text: str) -> Any:
    """Read a JSON object."""
    try:
        value = json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"this is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise argparse.ArgumentTypeError('a JSON object is expected: {"name": "value"}')
    return value


def up_to(most: int) -> Callable[[str], int]:
    """Return what reads a number up to a bound."""

    def natural(text: str) -> int:
        # Longer than any bound, it is not read.
        if not text.isdecimal() or len(text) > 9 or int(text) > most:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 to {most:,}")
        return int(text)

    return natural


def seconds(text: str) -> float:
    """Read a time."""
    value = _number(text)
    if value is None or not 0 <= value <= LONGEST_GRACE:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 to {LONGEST_GRACE:,}")
    return value


def speed(text: str) -> float:
    """Read how many texts a second."""
    value = _number(text)
    if value is None or not SLOWEST_RATE <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from {SLOWEST_RATE} on")
    return value


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
