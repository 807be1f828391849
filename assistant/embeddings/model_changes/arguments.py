"""What the command ``embedding_model`` takes."""

import argparse
import json
import math
from typing import Any

from django.core.management.base import CommandParser
from django.db import DEFAULT_DB_ALIAS, connections

from assistant.embeddings.model_changes.retirement import GRACE
from assistant.embeddings.models import EmbeddingModel

__all__ = ["add_arguments"]


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
    step.add_argument(
        "--rate", type=positive, metavar="TEXTS", help="at most so many texts a second"
    )
    step.add_argument(
        "--full-speed", action="store_true", help="without rests: for when nobody searches"
    )
    step.add_argument(
        "--index-workers",
        type=natural,
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
    step.add_argument("--force", action="store_true", help="though it is not complete")
    step.add_argument(
        "--queries",
        type=natural,
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


def natural(text: str) -> int:
    """Read a number from 0 on."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 0 on")
    return int(text)


def seconds(text: str) -> float:
    """Read a time."""
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text!r} is no number from 0 on")
    return value


def positive(text: str) -> float:
    """Read a speed."""
    if not (value := seconds(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return value
