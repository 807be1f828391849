"""The command, as tests call it."""

import subprocess
import sys
from io import StringIO
from typing import Any

from django.core.management import call_command

from assistant.embeddings.models import EmbeddingModel
from tests.contract.databases import url
from tests.embeddings.queue.conftest import HASHED_WORDS

__all__ = ["add", "change", "default_name", "model", "started"]


def change(*arguments: Any) -> str:
    """Take a step in the database of the test, and return what is printed."""
    output = StringIO()
    step, *rest = map(str, arguments)
    call_command("embedding_model", step, "--database", "scratch", *rest, stdout=output)
    return output.getvalue()


def add(name: str, dimension: int = 5, *arguments: Any) -> EmbeddingModel:
    """Add a model that counts words."""
    change("add", name, "--dimension", dimension, "--backend", HASHED_WORDS, *arguments)
    return model(name)


def model(name: str) -> EmbeddingModel:
    """Return a model as it is now."""
    return EmbeddingModel.objects.using("scratch").get(name=name)


def default_name() -> str:
    """Return the name of the model that searches use."""
    return str(EmbeddingModel.objects.using("scratch").get(is_default=True).name)


def started(database: str, *arguments: str, first: str = "") -> "subprocess.Popen[bytes]":
    """Start the command in a process of its own, which runs ``first`` before."""
    script = (
        "import os, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'config.settings'\n"
        "django.setup()\n"
        f"{first}\n"
        "from django.core.management import call_command\n"
        f"call_command('embedding_model', *{arguments!r})\n"
    )
    environment = {"DATABASE_URL": url(database), "SECRET_KEY": "x", "PATH": ""}
    return subprocess.Popen([sys.executable, "-c", script], env=environment)
